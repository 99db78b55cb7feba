import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Backoff } from '../../../collector/base/backoff.ts';

describe('backoff', () => {
  it('waits within a bound that doubles up to its maximum', () => {
    const almostOne = new Backoff({ firstMs: 250, maxMs: 3_000, random: () => 0.9999 });
    const waits = Array.from({ length: 6 }, () => almostOne.next());
    assert.deepEqual(waits, [249, 499, 999, 1_999, 2_999, 2_999]);
    const zero = new Backoff({ random: () => 0 });
    assert.equal(zero.next(), 0);
  });

  it('starts anew after a reset', () => {
    const backoff = new Backoff({ random: () => 0.5 });
    backoff.next();
    backoff.next();
    backoff.reset();
    assert.equal(backoff.next(), 125);
  });
});
