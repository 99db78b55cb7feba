/** Readings of a heap of which one may be torn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreed } from '../../../collector/testing/agreed.ts';

const WHOLE = { Session: 10_000, Buffer: 2_000 };

/** Gives the readings one after another, the last again and again; and how many were asked for. */
function reader(...readings: readonly Record<string, number>[]) {
  let asked = 0;
  const read = async () => {
    const counts = readings[Math.min(asked++, readings.length - 1)]!;
    const rows = Object.entries(counts).map(([kind, count]) => ({ kind, count, sizeBytes: 0 }));
    return { rows, count: rows.reduce((sum, { count }) => sum + count, 0) };
  };
  return { read, asked: () => asked };
}

test('a reading that misses a part of the heap, or counts some of it twice, is read again', async () => {
  const torn = reader({ Session: 4_000 }, { Session: 14_000, Buffer: 2_500 }, WHOLE);
  const { rows } = await agreed(torn.read);
  assert.deepEqual(Object.fromEntries(rows.map(({ kind, count }) => [kind, count])), WHOLE);
  assert.equal(torn.asked(), 4);
});

test('what changes by a few objects agrees, and what never does is taken in the end', async () => {
  const still = reader(WHOLE, { ...WHOLE, Session: 10_008 });
  await agreed(still.read);
  assert.equal(still.asked(), 2);
  const wild = reader(...Array.from({ length: 20 }, (_, at) => ({ Session: 1_000 * (at + 1) })));
  assert.equal((await agreed(wild.read)).count, 6_000);
});
