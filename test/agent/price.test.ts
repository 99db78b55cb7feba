/** What a snapshot is said to cost before it is taken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS, exceeds, forecast } from '../../agent/price.ts';

const MB = 2 ** 20;

test('the forecast follows used heap and the version of Node', () => {
  assert.deepEqual(forecast(100 * MB, 'v18.20.8'), { pauseMs: 35_000, extraBytes: 750 * MB });
  assert.deepEqual(forecast(100 * MB, 'v20.20.2'), { pauseMs: 15_000, extraBytes: 750 * MB });
  assert.deepEqual(forecast(100 * MB, 'v22.23.3').pauseMs, 15_000);
  assert.deepEqual(forecast(100 * MB, 'v24.21.0').pauseMs, 8_000);
  assert.deepEqual(forecast(100 * MB, 'v27.0.0-nightly').pauseMs, 8_000);
  assert.deepEqual(forecast(0, 'v20.20.2'), { pauseMs: 0, extraBytes: 0 });
});

test('a version that cannot be read is priced as the slowest', () => {
  assert.equal(forecast(MB, 'unknown').pauseMs, forecast(MB, 'v18.0.0').pauseMs);
});

test('a price is over the limits when one of its figures is', () => {
  const { maxPauseMs, maxExtraBytes } = DEFAULT_LIMITS;
  assert.equal(exceeds({ pauseMs: maxPauseMs, extraBytes: maxExtraBytes }), false);
  assert.equal(exceeds({ pauseMs: maxPauseMs + 1, extraBytes: 0 }), true);
  assert.equal(exceeds({ pauseMs: 0, extraBytes: maxExtraBytes + 1 }), true);
  assert.equal(exceeds({ pauseMs: 10, extraBytes: 0 }, { maxPauseMs: 5, maxExtraBytes: MB }), true);
});
