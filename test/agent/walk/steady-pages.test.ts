/** What of a heap that ran on while it was copied stayed where it was. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from '../../../agent/walk/pages.ts';
import { movedRatio, steadyPages } from '../../../agent/walk/steady-pages.ts';

const HEAP = 0x1000;

function page(address: number, usedBytes: number, space = 'old_space'): Page {
  return {
    ...{ address, byteLength: 0x40000, flags: 0, heap: HEAP, isolate: 0, space },
    ...{ areaStart: address, areaEnd: address + 0x40000, ranges: [[address, address + usedBytes]] },
    ...{ markBits: undefined, allocatedBytes: usedBytes },
  };
}

test('what was there before the copy and behind it is read, and what came meanwhile is not', () => {
  const steady = steadyPages([page(0x40000, 100)], [page(0x40000, 300), page(0x80000, 50)]);
  assert.deepEqual(
    steady.map(({ address, ranges }) => [address, ranges]),
    [[0x40000, [[0x40000, 0x40000 + 100]]]],
  );
});

test('a part of the old generation that was moved meanwhile is known, the young one moves all the time', () => {
  const before = [page(0x40000, 300), page(0x80000, 100), page(0xc0000, 1_000, 'new_space')];
  assert.equal(movedRatio(before, steadyPages(before, before)), 0);
  assert.equal(movedRatio(before, steadyPages(before, [page(0x40000, 300)])), 0.25);
  assert.equal(movedRatio([], []), 0);
});
