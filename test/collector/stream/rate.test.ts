import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Rate } from '../../../collector/stream/rate.ts';

describe('rate', () => {
  it('admits so many within any second, and no more', () => {
    const early = new Rate(3);
    assert.deepEqual(
      [0, 10, 20, 30].map((atMs) => early.admits(atMs)),
      [true, true, true, false],
    );
    const later = new Rate(3);
    assert.deepEqual(
      [0, 10, 20, 1_000, 1_009].map((atMs) => later.admits(atMs)),
      [true, true, true, true, false],
    );
  });

  it('never refuses those who keep to it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 5_000 })), (waits) => {
        const rate = new Rate(10);
        let nowMs = 0;
        return waits.every((waitMs) => {
          nowMs += waitMs;
          return rate.admits(nowMs);
        });
      }),
    );
  });
});
