/** What leaks by a few readings, and what only seems to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { studentTail } from '../../../collector/alert/statistics/student.ts';
import { adviceFor } from '../../../collector/leak/advice.ts';
import { ranked } from '../../../collector/leak/finding.ts';
import { judge, type LiveReading, newShare } from '../../../collector/leak/judge.ts';

/** Readings five seconds apart, of counts by kind. */
function readings(kinds: Readonly<Record<string, readonly number[]>>): LiveReading[] {
  const most = Math.max(...Object.values(kinds).map((counts) => counts.length));
  return Array.from({ length: most }, (_, i) => ({
    atMs: i * 5_000,
    kinds: new Map(
      Object.entries(kinds).map(([kind, counts]) => [kind, { count: counts[i]!, sizeBytes: counts[i]! * 48 }]),
    ),
  }));
}

const statesOf = (kinds: Readonly<Record<string, readonly number[]>>) =>
  judge(readings(kinds), 0.99).map(({ kind, state }) => `${kind} ${state}`);

describe('by a few readings', () => {
  it('a kind leaks that gains objects from each to the next', () => {
    const [session, ...others] = judge(
      readings({ Session: [120, 180, 238, 301, 360, 418, 481], Steady: [50, 50, 50, 50, 50, 50, 50] }),
      0.99,
    );
    assert.deepEqual(
      [session?.kind, session?.state, session?.born, session?.now, others],
      ['Session', 'leaks', 361, 481, []],
    );
    assert.equal(session?.perMinute, 722);
    assert.ok(session.confidence > 0.9999);
    assert.equal(newShare(session), 361 / 481);
  });

  it('what goes up and down, steps once or gains a few does not', () => {
    assert.deepEqual(
      statesOf({
        Batch: [10, 80, 5, 77, 9, 82, 60],
        Step: [100, 100, 100, 400, 400, 400, 400],
        Few: [1, 2, 3, 4, 5, 6, 7],
        Shrinks: [700, 600, 500, 400, 300, 200, 100],
      }),
      [],
    );
  });

  it('what gains ever fewer fills', () => {
    assert.deepEqual(statesOf({ Entry: [100, 200, 280, 340, 380, 405, 420] }), ['Entry fills']);
    const [entry] = judge(readings({ Entry: [100, 200, 280, 340, 380, 405, 420] }), 0.99);
    assert.ok(entry!.fillsTo! > 430 && entry!.fillsTo! < 470, `${entry!.fillsTo}`);
    assert.deepEqual(statesOf({ Entry: [100, 200, 310, 390, 500, 610, 690] }), ['Entry leaks']);
  });

  it('nothing is said of two', () => {
    assert.deepEqual(statesOf({ Session: [1, 1_000] }), []);
  });

  it('a kind that wanders is rarely said to leak: as rarely as the confidence says', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const wander = () => {
      let count = 10_000;
      return Array.from({ length: 7 }, () => {
        count += Math.round((random() + random() + random() - 1.5) * 200);
        return count;
      });
    };
    let said = 0;
    for (let trial = 0; trial < 500; trial++) {
      if (statesOf(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`K${i}`, wander()]))).length > 0) said++;
    }
    assert.ok(said <= 500 * 0.02, `${said} of 500`);
  });
});

describe("Student's t", () => {
  it('has the tail of the tables', () => {
    for (const [freedom, t, tail] of [
      [1, 6.313751515, 0.05],
      [2, 6.964556734, 0.01],
      [5, 3.364929999, 0.01],
      [6, 1.943180281, 0.05],
      [10, 4.143700494, 0.001],
    ] as const) {
      assert.ok(Math.abs(studentTail(t, freedom) - tail) < 1e-8, `${freedom}: ${studentTail(t, freedom)}`);
    }
    assert.equal(studentTail(Number.POSITIVE_INFINITY, 3), 0);
  });

  it('falls with t, and is one less that of -t', () => {
    const of = { t: fc.double({ min: -50, max: 50, noNaN: true }), freedom: fc.integer({ min: 1, max: 40 }) };
    fc.assert(
      fc.property(of.t, of.freedom, (t, freedom) => {
        assert.ok(studentTail(t + 0.1, freedom) <= studentTail(t, freedom) + 1e-12);
        assert.ok(Math.abs(studentTail(t, freedom) + studentTail(-t, freedom) - 1) < 1e-9);
      }),
    );
  });
});

describe('a leak', () => {
  const leak = (kind: string, bornBytes: number) => ({
    ...{ kind, bornBytes, born: 1, perMinute: 1, bytesPerMinute: 1, now: 1 },
  });

  it('is told of the kind that holds the others first, then by what each retains', () => {
    const kinds = [leak('Date', 900), leak('Array', 800), leak('Session', 100)];
    const retained = [
      { kind: 'Session', count: 1, retainedBytes: 2_000 },
      { kind: 'Array', count: 1, retainedBytes: 950 },
    ];
    assert.deepEqual(
      ranked(kinds, 'Session', retained).map(({ kind, retainedBytes }) => [kind, retainedBytes]),
      [
        ['Session', 2_000],
        ['Array', 950],
        ['Date', undefined],
      ],
    );
  });

  it('is advised on by how it is held', () => {
    for (const [path, words] of [
      ['module a.mjs: handle → closure handle (a.mjs:17): ctx.sessions.get({*})', /Map.*delete/],
      ['timer refreshSession (a.mjs:39): ctx.session', /timer.*clear/],
      ['module a.mjs: bus.on("message")[50] → closure onMessage (a.mjs:32): ctx.session', /listener.*remove/],
      ['module a.mjs: neverSettled[50] → promise → await in waitForever (a.mjs:44): local', /promise.*settle/],
      ['module a.mjs: auditLog[50]', /array.*bound/],
      [undefined, /no path/],
    ] as const) {
      assert.match(adviceFor(path), words);
    }
  });
});
