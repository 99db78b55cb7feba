/** Parts of RSS from what was read: each byte in one part, so that they sum to it; pure. */
import { MEMORY_PARTS, type MemoryPart, type MemoryPartName } from '../../protocol/memory.ts';
import type { RssReading } from './reading.ts';

/** So many that follow one another are no accident. */
const SURE_ENTRIES = 64;

export function partsOf(reading: RssReading): MemoryPart[] {
  const sizes = sizesOf(reading);
  return MEMORY_PARTS.map((part) => ({ part, sizeBytes: Math.round(sizes[part]) }));
}

function sizesOf({ uses, spaces = [], malloc, heap, snapshotEntries }: RssReading): Record<MemoryPartName, number> {
  const use = (name: keyof RssReading['uses']) => uses[name] ?? 0;
  const resident = spaces.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
  // by V8's count, of which what was never touched is not in memory
  const heapUsed = spaces.reduce((sum, { usedBytes, residentBytes }) => sum + Math.min(usedBytes, residentBytes), 0);
  const outside = heap
    ? [heap.buffers, heap.bufferGarbage, heap.externalStrings].map(({ residentBytes }) => residentBytes)
    : [0, 0, 0];
  const [buffers, bufferGarbage, externalStrings] = fitted(outside, malloc.usedBytes);
  const isLeft = snapshotEntries >= SURE_ENTRIES;
  return {
    heapUsed,
    heapFree: resident - heapUsed,
    heapKept: Math.max(0, use('v8') - resident),
    buffers: buffers!,
    bufferGarbage: bufferGarbage!,
    externalStrings: externalStrings!,
    wasm: use('wasm'),
    native: malloc.usedBytes - buffers! - bufferGarbage! - externalStrings!,
    mallocFree: isLeft ? 0 : malloc.freeBytes,
    snapshotLeft: isLeft ? malloc.freeBytes : 0,
    unknown: malloc.unknownBytes,
    stacks: use('stack'),
    binary: use('binary'),
    files: use('file'),
    shared: use('shared'),
  };
}

/** Read one after the other of a process that runs, blocks can be more than what was in use a moment before. */
function fitted(sizes: readonly number[], most: number): number[] {
  const sum = sizes.reduce((total, each) => total + each, 0);
  return sum <= most ? [...sizes] : sizes.map((each) => (each * most) / sum);
}
