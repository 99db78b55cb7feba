/** What stands out, by figures alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partsOf } from '../../../agent/rss/parts.ts';
import type { RssReading } from '../../../agent/rss/reading.ts';
import { verdictOf } from '../../../agent/rss/verdict.ts';

const MB = 2 ** 20;

const BARE: RssReading = {
  pid: 7,
  takenAtMs: 0,
  rssBytes: 45 * MB,
  peakBytes: 46 * MB,
  swapBytes: 0,
  threads: 11,
  uses: { binary: 33 * MB, v8: 5 * MB, file: 4 * MB, brk: 3 * MB },
  spaces: [{ isolate: 0, space: 'old_space', committedBytes: 4 * MB, residentBytes: 4 * MB, usedBytes: 3 * MB }],
  malloc: { usedBytes: 2 * MB, freeBytes: MB, freeChunks: 9, largeFreeBytes: 0, unknownBytes: 0 },
  snapshotEntries: 0,
  unknown: [],
};

function verdict(change: Partial<RssReading>, more = 0) {
  const reading = { ...BARE, rssBytes: BARE.rssBytes + more, ...change };
  return verdictOf(partsOf(reading), reading, (isolate) => `isolate:${isolate + 1}`);
}

test('parts sum to RSS, each byte in one', () => {
  const parts = partsOf(BARE);
  assert.equal(
    parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    BARE.rssBytes,
  );
  assert.equal(parts.find(({ part }) => part === 'heapFree')?.sizeBytes, MB);
});

test('Buffers read later than malloc are not more than was in use', () => {
  const heap = {
    isolates: [],
    knowsGarbage: true,
    buffers: { count: 1, sizeBytes: 3 * MB, residentBytes: 3 * MB },
    bufferGarbage: { count: 1, sizeBytes: 3 * MB, residentBytes: 3 * MB },
    externalStrings: { count: 0, sizeBytes: 0, residentBytes: 0 },
    handles: [],
  };
  const sizes = new Map(partsOf({ ...BARE, heap }).map(({ part, sizeBytes }) => [part, sizeBytes]));
  assert.deepEqual([sizes.get('buffers'), sizes.get('bufferGarbage'), sizes.get('native')], [MB, MB, 0]);
});

test('of a process that does nothing, nothing stands out', () => {
  assert.equal(verdict({}).cause, 'small');
});

test('free memory of malloc is fragmentation, or a peak, or what a snapshot left', () => {
  const malloc = { ...BARE.malloc, freeBytes: 101 * MB };
  assert.match(verdict({ malloc }, 100 * MB).text, /^malloc is fragmented: 101 MB are free in 9 pieces/);
  assert.match(verdict({ malloc: { ...malloc, largeFreeBytes: 90 * MB } }, 100 * MB).text, /since a peak/);
  assert.equal(verdict({ malloc, snapshotEntries: 1_000 }, 100 * MB).cause, 'snapshots');
  assert.equal(verdict({ malloc, snapshotEntries: 9 }, 100 * MB).cause, 'fragmentation');
});

test('without a layout the heap is what V8 keeps; it is not called objects', () => {
  const { spaces: _, ...reading } = { ...BARE, uses: { ...BARE.uses, v8: 105 * MB }, rssBytes: 145 * MB };
  const unread: RssReading = { ...reading, unknown: ['V8 99.9 is not known'] };
  assert.equal(verdictOf(partsOf(unread), unread, String).cause, 'heapUnknown');
});

test('what is about as much is said too, and which of both is more at the moment makes no difference', () => {
  const said = [50, 60].map((freeMb) => {
    const malloc = { ...BARE.malloc, freeBytes: freeMb * MB };
    return verdict({ malloc, uses: { ...BARE.uses, wasm: 55 * MB } }, 110 * MB);
  });
  assert.deepEqual(
    said.map(({ cause }) => cause),
    ['wasm', 'wasm'],
  );
  assert.match(said[1]!.text, /^memories of WebAssembly have 55.*; about as much: malloc is fragmented: 60/);
});

test('of the young generation it makes no difference how full it is', () => {
  const causes = [1, 30].map((usedMb) => {
    const young = { isolate: 0, space: 'new_space', committedBytes: 32 * MB, residentBytes: 32 * MB };
    const spaces = [...BARE.spaces!, { ...young, usedBytes: usedMb * MB }];
    return verdict({ spaces, uses: { ...BARE.uses, v8: 37 * MB } }, 32 * MB).cause;
  });
  assert.deepEqual(causes, ['heapNotShrunk', 'heapNotShrunk']);
});
