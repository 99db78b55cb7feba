import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Intervals } from '../../../collector/config/target-config.ts';
import { Schedule } from '../../../collector/targets/schedule.ts';

const HOUR_MS = 3_600_000;

/** @param wallMs what instant 0 is */
function scheduleOf(target: string, intervals: Intervals, nowMs: number, wallMs = 0): Schedule {
  return new Schedule({ target, intervals, nowMs, wallMs: (ms) => wallMs + ms });
}

describe('schedule', () => {
  it('is due once in each interval, at the same points whenever it starts', () => {
    const early = scheduleOf('api', { usage: 5_000 }, 1_000_000);
    const late = scheduleOf('api', { usage: 5_000 }, 1_002_345);
    const due = early.at(1_000_000).nextAtMs;
    assert.ok(due > 1_000_000 && due <= 1_005_000);
    assert.equal((late.at(0).nextAtMs - early.at(0).nextAtMs) % 5_000, 0);
    assert.deepEqual(early.at(early.at(0).nextAtMs - 1).due, []);
    assert.deepEqual(early.at(early.at(0).nextAtMs).due, [{ probe: 'usage', skipped: 0 }]);
  });

  it('skips what it overran, and says how much', () => {
    const schedule = scheduleOf('api', { usage: 1_000 }, 0);
    const first = schedule.at(0).nextAtMs;
    assert.deepEqual(schedule.at(first + 3_500).due, [{ probe: 'usage', skipped: 3 }]);
    schedule.take('usage', first + 3_500);
    assert.deepEqual(schedule.at(first + 3_999).due, []);
    assert.equal(schedule.at(first + 3_500).nextAtMs, first + 4_000);
  });

  it('names the cheapest first', () => {
    const every = 1_000;
    const intervals = { snapshot: every, census: every, sampling: every, types: every, usage: every };
    assert.deepEqual(
      scheduleOf('api', intervals, 0)
        .at(5_000)
        .due.map(({ probe }) => probe),
      ['usage', 'sampling', 'types', 'census', 'snapshot'],
    );
  });

  it('spreads targets over the interval', () => {
    const phases = Array.from(
      { length: 100 },
      (_, i) => scheduleOf(`target-${i}`, { snapshot: HOUR_MS }, 0).at(0).nextAtMs,
    );
    const tenths = new Set(phases.map((phase) => Math.floor((phase * 10) / HOUR_MS)));
    assert.equal(tenths.size, 10);
    assert.ok(new Set(phases).size > 90);
  });

  it('leaves out, on auto, what another probe tells better: types where a process can be walked, a walk where not', () => {
    const leftOut = (intervals: Intervals, canWalk: boolean) => {
      const schedule = scheduleOf('api', intervals, 0);
      return (['usage', 'walk', 'types'] as const).filter((probe) => schedule.isLeftOut(probe, { canWalk }));
    };
    assert.deepEqual(leftOut({ usage: 1_000, walk: 'auto', types: 'auto' }, true), ['types']);
    assert.deepEqual(leftOut({ usage: 1_000, walk: 'auto', types: 'auto' }, false), ['walk']);
    assert.deepEqual(leftOut({ walk: 'auto', types: 60_000 }, true), [], 'what has an interval of its own runs');
    assert.deepEqual(leftOut({ walk: 60_000, types: 'auto' }, true), []);
    assert.deepEqual(leftOut({ types: 'auto' }, true), []);
  });

  it('lets auto wait until the pause has become half a percent of the time, and at least a minute', () => {
    const schedule = scheduleOf('api', { sampling: 'auto' }, 0);
    const first = schedule.at(0).nextAtMs;
    schedule.take('sampling', first);
    schedule.ended('sampling', first + 50, 20);
    assert.equal(schedule.at(first).nextAtMs, first + 50 + 60_000);
    schedule.take('sampling', first + 60_050);
    schedule.ended('sampling', first + 60_100, 900);
    assert.equal(schedule.at(first + 60_050).nextAtMs, first + 60_100 + 180_000);
  });

  it('is due at the times of a cron expression, in local time', () => {
    const beganAt = new Date(2026, 10, 22, 3, 59, 30);
    const schedule = scheduleOf('api', { snapshot: { cron: '0 4 * * *' } }, 1_000, beganAt.getTime() - 1_000);
    assert.equal(schedule.at(1_000).nextAtMs, 31_000);
    // nobody came for two minutes: it is due once, and then tomorrow
    assert.deepEqual(schedule.at(151_000).due, [{ probe: 'snapshot', skipped: 0 }]);
    schedule.take('snapshot', 151_000);
    assert.equal(schedule.at(151_000).nextAtMs, 31_000 + 24 * HOUR_MS);
  });

  it('never comes to a day that there is not', () => {
    const schedule = scheduleOf('api', { snapshot: { cron: '0 4 31 2 *' } }, 0);
    assert.equal(schedule.at(0).nextAtMs, Number.POSITIVE_INFINITY);
  });

  it('has nothing to wait for without probes', () => {
    assert.equal(scheduleOf('api', {}, 0).at(0).nextAtMs, Number.POSITIVE_INFINITY);
  });

  it('never answers a time that has passed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 100, max: HOUR_MS }), fc.nat(2 ** 41), (target, every, now) => {
        const schedule = scheduleOf(target, { usage: every }, now);
        const due = schedule.at(now).nextAtMs;
        schedule.take('usage', due);
        return due > now && due <= now + every && schedule.at(due).nextAtMs === due + every;
      }),
    );
  });
});
