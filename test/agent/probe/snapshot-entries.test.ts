/** What says that a heap snapshot was taken in a process: V8's entries of it, not its text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entriesIn } from '../../../agent/probe/rss/remains.ts';

/** Entries as V8 lays them out, 12 to a block, and something else between blocks. */
function entries(count: number, snapshotAt: (index: number) => number): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 12) * 128);
  for (let index = 0; index < count; index++) {
    const at = Math.floor(index / 12) * 128 + (index % 12) * 10;
    words.set(
      [(index << 4) | 3, index * 3, 24, 0, snapshotAt(index), 0x55aa, 0x1000 + index, 0x55aa, index * 2, 0],
      at,
    );
  }
  return new Uint8Array(words.buffer);
}

test('entries that follow one another are those of a snapshot', () => {
  assert.equal(entriesIn(entries(120, () => 0xbcd0_6480)), 100);
});

test('rows of numbers, of records of different owners, zeros and texts of a snapshot are none', () => {
  const numbers = Uint32Array.from({ length: 100_000 }, (_, i) => 2 * i + 1);
  const text = Buffer.from('"node_fields":["type","name","id"]HeapProfiler.addHeapSnapshotChunk'.repeat(1_000));
  const others = [
    entries(1_200, (index) => 0xbcd0_6480 + 8 * index),
    new Uint8Array(numbers.buffer),
    new Uint8Array(65_536),
    Uint8Array.from(text.subarray(0, 65_536)),
  ];
  assert.deepEqual(others.map(entriesIn), [0, 0, 0, 0]);
});
