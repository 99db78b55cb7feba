import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Schedule } from '../../collector/schedule.ts';

const HOUR_MS = 3_600_000;

describe('schedule', () => {
  it('is due once in each interval, at the same points whenever it starts', () => {
    const early = new Schedule('api', { usage: 5_000 }, 1_000_000);
    const late = new Schedule('api', { usage: 5_000 }, 1_002_345);
    const due = early.at(1_000_000).nextAtMs;
    assert.ok(due > 1_000_000 && due <= 1_005_000);
    assert.equal((late.at(0).nextAtMs - early.at(0).nextAtMs) % 5_000, 0);
    assert.deepEqual(early.at(early.at(0).nextAtMs - 1).due, []);
    assert.deepEqual(early.at(early.at(0).nextAtMs).due, [{ probe: 'usage', skipped: 0 }]);
  });

  it('skips what it overran, and says how much', () => {
    const schedule = new Schedule('api', { usage: 1_000 }, 0);
    const first = schedule.at(0).nextAtMs;
    assert.deepEqual(schedule.at(first + 3_500).due, [{ probe: 'usage', skipped: 3 }]);
    schedule.take('usage', first + 3_500);
    assert.deepEqual(schedule.at(first + 3_999).due, []);
    assert.equal(schedule.at(first + 3_500).nextAtMs, first + 4_000);
  });

  it('names the cheapest first', () => {
    const schedule = new Schedule('api', { snapshot: 1_000, sampling: 1_000, usage: 1_000 }, 0);
    assert.deepEqual(
      schedule.at(5_000).due.map(({ probe }) => probe),
      ['usage', 'sampling', 'snapshot'],
    );
  });

  it('spreads targets over the interval', () => {
    const phases = Array.from(
      { length: 100 },
      (_, i) => new Schedule(`target-${i}`, { snapshot: HOUR_MS }, 0).at(0).nextAtMs,
    );
    const tenths = new Set(phases.map((phase) => Math.floor((phase * 10) / HOUR_MS)));
    assert.equal(tenths.size, 10);
    assert.ok(new Set(phases).size > 90);
  });

  it('lets auto wait until the pause has become half a percent of the time, and at least a minute', () => {
    const schedule = new Schedule('api', { sampling: 'auto' }, 0);
    const first = schedule.at(0).nextAtMs;
    schedule.take('sampling', first);
    schedule.ended('sampling', first + 50, 20);
    assert.equal(schedule.at(first).nextAtMs, first + 50 + 60_000);
    schedule.take('sampling', first + 60_050);
    schedule.ended('sampling', first + 60_100, 900);
    assert.equal(schedule.at(first + 60_050).nextAtMs, first + 60_100 + 180_000);
  });

  it('has nothing to wait for without probes', () => {
    assert.equal(new Schedule('api', {}, 0).at(0).nextAtMs, Number.POSITIVE_INFINITY);
  });

  it('never answers a time that has passed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 100, max: HOUR_MS }), fc.nat(2 ** 41), (target, every, now) => {
        const schedule = new Schedule(target, { usage: every }, now);
        const due = schedule.at(now).nextAtMs;
        schedule.take('usage', due);
        return due > now && due <= now + every && schedule.at(due).nextAtMs === due + every;
      }),
    );
  });
});
