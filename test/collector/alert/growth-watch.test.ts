import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GrowthWatch } from '../../../collector/alert/growth-watch.ts';
import { seriesWatch } from '../../../collector/alert/series-watch.ts';
import { Floors } from '../../../collector/alert/statistics/floors.ts';

const MINUTE_MS = 60_000;

describe('growth', () => {
  it('is grown at exactly the reading that reaches it', () => {
    const watch = new GrowthWatch({ growth: 1_000, ratio: false, withinMs: 10 * MINUTE_MS });
    // 100 a minute from minute 5 on: 1,000 more than ten minutes before at minute 15
    const states = Array.from({ length: 20 }, (_, minute) => {
      watch.add('Session', minute * MINUTE_MS, 500 + Math.max(0, minute - 5) * 100);
      return watch.verdict('Session').state;
    });
    assert.deepEqual(states.indexOf('steady'), 10);
    assert.deepEqual(states.indexOf('grown'), 15);
    assert.ok(states.slice(15).every((state) => state === 'grown'));
  });

  it('measures a share by what there was at the start', () => {
    const watch = new GrowthWatch({ growth: 0.2, ratio: true, withinMs: MINUTE_MS });
    watch.add('a', 0, 1_000);
    watch.add('a', MINUTE_MS / 2, 1_100);
    watch.add('a', MINUTE_MS, 1_199);
    assert.equal(watch.verdict('a').state, 'steady');
    watch.add('a', MINUTE_MS + 1, 1_200);
    assert.deepEqual(watch.verdict('a'), { state: 'grown', before: 1_000, now: 1_200, missingMs: 0 });
    watch.add('nothing', 0, 0);
    watch.add('nothing', MINUTE_MS / 2, 0);
    watch.add('nothing', MINUTE_MS, 0);
    assert.equal(watch.verdict('nothing').state, 'steady');
  });

  it('says how long it cannot tell', () => {
    const watch = new GrowthWatch({ growth: 1, ratio: false, withinMs: 10 * MINUTE_MS });
    assert.equal(watch.verdict('unknown').missingMs, 10 * MINUTE_MS);
    watch.add('a', 0, 1);
    watch.add('a', 4 * MINUTE_MS, 1);
    assert.deepEqual(watch.verdict('a'), { state: 'undecided', before: 1, now: 1, missingMs: 6 * MINUTE_MS });
    watch.add('a', 5 * MINUTE_MS, 2);
    assert.deepEqual(watch.verdict('a'), { state: 'grown', before: 1, now: 2, missingMs: 5 * MINUTE_MS });
  });

  it('begins anew after a gap: nothing is known of the start of `within`', () => {
    const watch = new GrowthWatch({ growth: 100, ratio: false, withinMs: 10 * MINUTE_MS });
    watch.add('a', 0, 1);
    watch.add('a', 60 * MINUTE_MS, 5_000);
    assert.deepEqual(watch.verdict('a'), { state: 'undecided', before: 5_000, now: 5_000, missingMs: 10 * MINUTE_MS });
  });

  it('does not count what we caused, and forgets a process that is no more', () => {
    const watch = new GrowthWatch({ growth: 100, ratio: false, withinMs: MINUTE_MS });
    watch.add('rss', 0, 1_000);
    watch.shift('rss', 500);
    watch.add('rss', MINUTE_MS / 2, 1_500);
    watch.add('rss', MINUTE_MS, 1_550);
    assert.deepEqual(watch.verdict('rss'), { state: 'steady', before: 1_500, now: 1_550, missingMs: 0 });
    watch.forget();
    assert.equal(watch.verdict('rss').state, 'undecided');
  });
});

describe("the README's rule, `growth: 1000, within: 10m`, at a census a minute", () => {
  /** The minute at which it holds first, of a level that is read for 30 minutes; -1 if never. */
  function firesAt(level: (minute: number) => number, late = (_minute: number) => 0): number {
    const watch = seriesWatch({
      watch: { type: 'kind', glob: 'Session', measure: 'count', probe: 'census', by: 'kind' },
      when: { type: 'growth', growth: 1_000, ratio: false, withinMs: 10 * MINUTE_MS, leastBytes: 0 },
    });
    const judged = Array.from({ length: 30 }, (_, minute) => {
      watch.add('Session', minute * MINUTE_MS + late(minute), level(minute));
      return watch.judge('Session').judgement;
    });
    return judged.indexOf('true');
  }

  it('holds within 3 minutes of a map that gains 50 a second, and does not wait for its window', () => {
    assert.equal(
      firesAt((minute) => 500 + 3_000 * minute),
      2,
    );
    assert.ok(firesAt((minute) => 500 + Math.max(0, minute - 11) * 3_000) <= 14);
    // it begins with any second of a minute
    assert.ok(firesAt((minute) => 500 + Math.max(0, minute - 11.6) * 3_000) <= 14);
  });

  it('holds as soon where one reading came a little late', () => {
    for (const late of [0, 1, 2, 3]) {
      const held = firesAt(
        (minute) => 500 + 3_000 * minute,
        (minute) => (minute === late ? 5_000 : 0),
      );
      assert.equal(held, 2, `reading ${late}`);
    }
  });

  it('holds when floors have gained as much: a reading after a leak of 100 a minute has', () => {
    assert.equal(
      firesAt((minute) => 500 + 100 * minute),
      11,
    );
  });

  it('does not hold for a batch that is alive at one reading', () => {
    assert.equal(
      firesAt((minute) => 500 + (minute % 5 === 3 ? 5_000 : 0)),
      -1,
    );
  });
});

describe('floors', () => {
  it('are the minima of completed windows, on one grid for all', () => {
    const floors = new Floors({ windowMs: 10, keep: 3 });
    const readings: [number, number][] = [
      [1, 5],
      [4, 3],
      [9, 7],
      [12, 6],
      [31, 8],
      [45, 2],
      [58, 1],
    ];
    const completed = readings.map(([atMs, value]) => floors.add(atMs, value));
    assert.deepEqual(completed, [false, false, false, true, true, true, true]);
    assert.deepEqual(
      [floors.atMs, floors.values],
      [
        [15, 35, 45],
        [6, 8, 2],
      ],
    );
    assert.equal(floors.spanMs, 40);
    floors.shift(100);
    floors.add(60, 300);
    assert.deepEqual(floors.values, [108, 102, 101]);
  });
});
