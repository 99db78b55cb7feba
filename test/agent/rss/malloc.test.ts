/** glibc's chunks in made-up memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arenaStarts, ownMappings, walkChunks } from '../../../agent/rss/malloc.ts';
import { PageFill, residentOf } from '../../../agent/rss/page-fill.ts';

const START = 0x10000;

/** Memory whose words are written by their offset from START. */
function memory(byteLength: number, words: Readonly<Record<number, number>>) {
  const view = new DataView(new ArrayBuffer(byteLength));
  for (const [offset, word] of Object.entries(words)) view.setBigUint64(Number(offset), BigInt(word), true);
  return (address: number, length: number) =>
    address < START || address + length > START + byteLength
      ? undefined
      : new Uint8Array(view.buffer, address - START, length);
}

function chunksIn(read: ReturnType<typeof memory>, end: number) {
  const found: [number, number, boolean][] = [];
  const isWhole = walkChunks(START, end, read, (address, byteLength, isUsed) =>
    found.push([address - START, byteLength, isUsed]),
  );
  return { found, isWhole };
}

test('chunks are used or free by what the next one says, and end where the arena does', () => {
  // used 0x20, free 0x40, used 0x20, top 0x80
  const read = memory(0x100, { 8: 0x21, 40: 0x41, 104: 0x20, 136: 0x81 });
  assert.deepEqual(chunksIn(read, START + 0x100), {
    isWhole: true,
    found: [
      [0, 0x20, true],
      [0x20, 0x40, false],
      [0x60, 0x20, true],
      [0x80, 0x80, false],
    ],
  });
});

test('what does not come out at the end, has no size, or cannot be read is no arena', () => {
  assert.equal(chunksIn(memory(0x100, { 8: 0x21, 40: 0x41, 104: 0x20, 136: 0x71 }), START + 0x100).isWhole, false);
  assert.equal(chunksIn(memory(0x100, { 8: 0x21 }), START + 0x100).isWhole, false);
  assert.equal(chunksIn(memory(0x100, { 8: 0x20, 40: 0xe1 }), START + 0x100).isWhole, false);
  assert.equal(chunksIn(memory(0x40, { 8: 0x21, 40: 0xe1 }), START + 0x100).isWhole, false);
});

test('a mapping of an arena tells where its chunks begin', () => {
  const first = memory(0x1000, { 0: START + 0x30, 16: 0x1000 });
  assert.deepEqual(arenaStarts(START, first), { starts: [START + 0x8d0, START + 0x20], end: START + 0x1000 });
  const later = memory(0x1000, { 0: 0x999990030, 16: 0x1000 });
  assert.deepEqual(arenaStarts(START, later)?.starts, [START + 0x30, START + 0x20]);
  assert.equal(arenaStarts(START, memory(0x1000, { 16: 0x1001 })), null);
});

test('blocks with mappings of their own are found one behind the other', () => {
  const read = memory(0x4000, { 8: 0x1002, 4104: 0x2002, 12296: 0x9002 });
  assert.deepEqual(ownMappings(START, START + 0x4000, read), [
    { address: START, byteLength: 0x1000 },
    { address: START + 0x1000, byteLength: 0x2000 },
  ]);
});

test('of used bytes those in pages that are held are resident', () => {
  const fill = new PageFill(0, 3 * 4_096);
  fill.add(4_000, 200);
  fill.add(8_192, 4_096);
  assert.deepEqual(fill.resident(Uint8Array.of(1, 1, 0)), { usedBytes: 200, freeBytes: 2 * 4_096 - 200 });
  assert.equal(residentOf(Uint8Array.of(1, 0, 1), 4_000, 5_000), 96 + 808);
});
