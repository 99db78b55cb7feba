import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, formatSize, parseDuration, parseSize } from '../../../collector/base/units.ts';

describe('units', () => {
  it('reads durations and sizes', () => {
    const durations = ['250ms', '5s', '1.5m', '6h', '14d'].map(parseDuration);
    assert.deepEqual(durations, [250, 5_000, 90_000, 21_600_000, 1_209_600_000]);
    const sizes = ['100B', '512KB', '1.5MB', '4GB'].map(parseSize);
    assert.deepEqual(sizes, [100, 524_288, 1_572_864, 4_294_967_296]);
  });

  it('refuses anything else, and says what it expected', () => {
    for (const text of ['', '5', 's', '5 s', '-5s', '5S', '1e3s', '5s5', '5constructor', '9999999999999d']) {
      assert.throws(
        () => parseDuration(text),
        { name: 'RangeError', message: /^expected a duration such as 250ms/ },
        text,
      );
    }
    for (const text of ['512kb', '5TB', 'MB'])
      assert.throws(() => parseSize(text), /^RangeError: expected a size such as/);
  });

  it('writes what it reads, in the largest whole unit', () => {
    assert.deepEqual([0, 90_000, 600_000, 86_400_000, 1_001].map(formatDuration), [
      '0ms',
      '90s',
      '10m',
      '1d',
      '1001ms',
    ]);
    assert.deepEqual([0, 524_288, 1_000].map(formatSize), ['0B', '512KB', '1000B']);
    fc.assert(fc.property(fc.nat(2 ** 40), (ms) => parseDuration(formatDuration(ms)) === ms));
    fc.assert(fc.property(fc.nat(2 ** 40), (bytes) => parseSize(formatSize(bytes)) === bytes));
  });
});
