import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LimitForecast } from '../../../collector/alert/statistics/time-to-limit.ts';

const MB = 2 ** 20;
const MINUTE_MS = 60_000;
const LIMIT_BYTES = 1_000 * MB;

/** What is forecast after readings each 5 s of what `used` gives by the minute. */
function forecast(minutes: number, used: (minute: number, reading: number) => number, source = 'limit') {
  const found = new LimitForecast();
  for (let reading = 0; reading < minutes * 12; reading++) {
    const usedBytes = used(reading / 12, reading) * MB;
    found.add(reading * 5_000, { source, limitBytes: LIMIT_BYTES, leftBytes: LIMIT_BYTES - usedBytes });
  }
  return found;
}

describe('time to a limit', () => {
  it('is what is left by the slope of the floors', () => {
    const { ms, earliestMs, latestMs, perHour } = forecast(30, (minute) => 100 + 10 * minute).now()!;
    assert.ok(Math.abs(perHour / (600 * MB) - 1) < 0.02);
    assert.ok(Math.abs(ms / (60 * MINUTE_MS) - 1) < 0.02, `${ms / MINUTE_MS} min`);
    assert.ok(earliestMs <= ms && latestMs! >= ms);
  });

  it('sees through a sawtooth, and says how sure it is', () => {
    const sawtooth = (minute: number, reading: number) => 100 + 5 * minute + ((reading * 37) % 11) * 10;
    const { ms, earliestMs, latestMs } = forecast(60, sawtooth).now()!;
    // what is left is read at the end of a tooth
    assert.ok(ms > 90 * MINUTE_MS && ms < 130 * MINUTE_MS, `${ms / MINUTE_MS} min`);
    assert.ok(earliestMs > 60 * MINUTE_MS && latestMs! < 200 * MINUTE_MS);
  });

  it('is seen within two minutes where memory fills in minutes', () => {
    const { ms } = forecast(2, (minute) => 100 + 200 * minute).now()!;
    assert.ok(Math.abs(ms / (2.5 * MINUTE_MS) - 1) < 0.1, `${ms / MINUTE_MS} min`);
  });

  it('is not told where nothing grows, or too little was seen', () => {
    assert.equal(forecast(60, (_, reading) => 500 + ((reading * 37) % 11) * 10).now(), null);
    assert.equal(forecast(60, (minute) => 500 - minute).now(), null);
    assert.equal(forecast(1, (minute) => 100 + 10 * minute).now(), null);
    // four minutes of 15 days: a program that warms up
    assert.equal(forecast(4, (minute) => 100 + 0.04 * minute).now(), null);
    assert.ok(forecast(4, (minute) => 100 + 2 * minute).now());
  });

  it('begins anew with another limit, and leaves out what our own probes took', () => {
    const changed = forecast(30, (minute) => 100 + 10 * minute);
    changed.add(31 * MINUTE_MS, { source: 'another', limitBytes: LIMIT_BYTES, leftBytes: MB });
    assert.equal(changed.now(), null);
    const probed = forecast(10, () => 300);
    probed.shift(400 * MB);
    for (let reading = 0; reading < 120; reading++) {
      probed.add(10 * MINUTE_MS + reading * 5_000, { source: 'limit', limitBytes: LIMIT_BYTES, leftBytes: 300 * MB });
    }
    assert.equal(probed.now(), null);
  });
});
