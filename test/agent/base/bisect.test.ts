import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { firstNotBelow, firstWhere } from '../../../agent/base/bisect.ts';

test('the first place from which on something holds, as a search from the front finds it', () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(1_000), fc.nat(2_000), (from, length, edge) => {
      const to = from + length;
      return firstWhere(from, to, (at) => at >= edge) === Math.min(to, Math.max(from, edge));
    }),
  );
  const far = 2 ** 40;
  assert.equal(
    firstWhere(0, 2 ** 41, (at) => at >= far),
    far,
  );
});

test('the first of ascending values that is not below another', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(60), (numbers, value) => {
      const values = Uint32Array.from(numbers).sort();
      const first = values.findIndex((each) => each >= value);
      return firstNotBelow(values, value) === (first < 0 ? values.length : first);
    }),
  );
});
