/** Which kinds leak, by readings that are made up: rounds of a step beside all that grows otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doses } from '../../../collector/testing/rounds.ts';
import { leaking, type RoundReading, slopesOf, suspects } from '../../../collector/testing/verdict.ts';

/** Levels by iterations so far, and by round. */
type Course = (iterations: number, round: number) => number;

function readings(courses: Readonly<Record<string, Course>>, short = 50): RoundReading[] {
  let done = 0;
  return [0, ...doses(8, short)].map((iterations, round) => {
    done += iterations;
    const kinds = Object.entries(courses).map(([kind, course]) => {
      const count = Math.round(course(done, round));
      return [kind, { count, sizeBytes: count * 32 }] as const;
    });
    return { iterations, kinds: new Map(kinds) };
  });
}

const courses: Readonly<Record<string, Course>> = {
  Leaked: (done) => 1_000 + done,
  Seldom: (done) => done / 4,
  Fixed: () => 400,
  EachRound: (_, round) => 30 * round,
  FilledCache: (done) => Math.min(done, 300),
  Warming: (done) => 500 * (1 - Math.exp(-done / 100)),
  OneEvent: (_, round) => (round >= 4 ? 5_000 : 10),
  code: (done) => done,
};

test('what gains with each iteration leaks, and nothing else', () => {
  const all = readings(courses);
  const names = new Set(suspects(slopesOf(all, 0.999)).map(({ kind }) => kind));
  assert.ok(names.has('Leaked') && names.has('Seldom'), [...names].join());
  const leaks = leaking(slopesOf(readings(courses, 100), 0.999), names, 0.999);
  assert.deepEqual(
    leaks.map(({ kind }) => kind),
    ['Leaked', 'Seldom'],
  );
  assert.ok(Math.abs(leaks[0]!.bytes.estimate - 32) < 0.5);
});

test('long rounds stand where short ones do, so that drifts fall out', () => {
  const rounds = doses(8, 1);
  assert.deepEqual(rounds, [1, 3, 3, 1, 3, 1, 1, 3]);
  const mean = rounds.reduce((sum, dose) => sum + dose, 0) / 8;
  for (const power of [1, 2]) {
    const drift = rounds.reduce((sum, dose, i) => sum + (dose - mean) * i ** power, 0);
    assert.ok(Math.abs(drift) < 1e-9, `power ${power}: ${drift}`);
  }
});
