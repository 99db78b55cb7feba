/** Slopes of gains over doses: known ones, Student's table, and false alarms among rounds that only scatter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doseSlope } from '../../../collector/alert/statistics/dose.ts';
import { studentQuantile } from '../../../collector/alert/statistics/student.ts';

const DOSES = [50, 150, 150, 50, 150, 50, 50, 150];
const ask = { unit: 1, confidence: 0.99 };

test('quantiles are those of the table', () => {
  assert.ok(Math.abs(studentQuantile(0.025, 6) - 2.4469) < 1e-4);
  assert.ok(Math.abs(studentQuantile(0.005, 1) - 63.6567) < 1e-3);
  assert.ok(Math.abs(studentQuantile(0.975, 6) + 2.4469) < 1e-4);
});

test('one object an iteration is seen, whatever each round leaves beside it', () => {
  const { slope, lower, upper, p } = doseSlope(
    DOSES,
    DOSES.map((dose) => dose + 30),
    ask,
  );
  assert.ok(Math.abs(slope - 1) < 1e-9);
  assert.ok(lower > 0.5 && upper < 1.5, `${lower} to ${upper}`);
  assert.ok(p < 1e-3, String(p));
});

test('what a round leaves, and a warm-up that fades, is no leak', () => {
  assert.ok(
    doseSlope(
      DOSES,
      DOSES.map(() => 40),
      ask,
    ).p > 0.2,
  );
  assert.ok(
    doseSlope(
      DOSES,
      DOSES.map((_, i) => 100 - 10 * i),
      ask,
    ).p > 0.2,
  );
});

test('what lives for a while follows the dose and does not add up', () => {
  const gains = DOSES.map((dose, i) => dose - (DOSES[i - 1] ?? 50));
  assert.ok(doseSlope(DOSES, gains, ask).p > 0.05);
});

test('one round that is far off hides no leak', () => {
  const gains = DOSES.map((dose, i) => dose + (i === 4 ? 5_000 : i % 2));
  const { slope, p } = doseSlope(DOSES, gains, ask);
  assert.ok(Math.abs(slope - 1) < 0.1 && p < 1e-2, `${slope}, ${p}`);
});

test('doses that are all alike are judged by the gains as a whole', () => {
  const { slope, p } = doseSlope([100, 100, 100, 100, 100, 100], [99, 101, 100, 102, 98, 100], ask);
  assert.ok(Math.abs(slope - 1) < 0.01 && p < 1e-3);
});

test('of 10,000 rows of rounds that only scatter no more seem to leak than the p allows', () => {
  const next = randoms(7);
  const normal = () => Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
  let [atOne, atTenth] = [0, 0];
  for (let i = 0; i < 10_000; i++) {
    const { p } = doseSlope(
      DOSES,
      DOSES.map(() => 200 * normal()),
      ask,
    );
    if (p < 0.01) atOne++;
    if (p < 0.001) atTenth++;
  }
  assert.ok(atOne < 100 * 1.4, `${atOne} of 10,000 at 0.01`);
  assert.ok(atTenth < 10 * 2.5, `${atTenth} of 10,000 at 0.001`);
});

/** Mulberry32: in (0, 1), the same each time. */
function randoms(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}
