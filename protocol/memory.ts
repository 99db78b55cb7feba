/**
 * A process's RSS as a sum of parts, what of it stands out and why, and the nearest limit: what `heapwatch rss` prints.
 *
 *     V8's heap | memory that JavaScript objects hold outside it | the C library's | threads, files, shared
 */
import * as z from 'zod';
import { MemoryCeiling } from './ceiling.ts';
import { incarnationFields } from './incarnation-fields.ts';

const bytes = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** In the order of a report; all together are RSS. */
export const MEMORY_PARTS = [
  'heapUsed',
  'heapFree',
  'heapKept',
  'buffers',
  'bufferGarbage',
  'externalStrings',
  'wasm',
  'native',
  'mallocFree',
  'snapshotLeft',
  'unknown',
  'stacks',
  'binary',
  'files',
  'shared',
] as const;
export const MemoryPartName = z.enum(MEMORY_PARTS);
export type MemoryPartName = z.infer<typeof MemoryPartName>;

export const MemoryPart = z.strictObject({ part: MemoryPartName, sizeBytes: bytes });
export type MemoryPart = z.infer<typeof MemoryPart>;

/** One space of V8's heap, as `v8.getHeapSpaceStatistics()` names it. */
export const MemorySpace = z.strictObject({
  /** `main`, `isolate:2` for a worker, `shared` for what all isolates share. */
  isolate: z.string(),
  space: z.string(),
  committedBytes: bytes,
  residentBytes: bytes,
  usedBytes: bytes,
});
export type MemorySpace = z.infer<typeof MemorySpace>;

/** What stands out. `small`: nothing does. */
export const MemoryCause = z.enum([
  'small',
  'heap',
  'worker',
  'code',
  'heapNotShrunk',
  'heapUnknown',
  'buffers',
  'bufferGarbage',
  'externalStrings',
  'wasm',
  'handles',
  'native',
  'fragmentation',
  'snapshots',
  'stacks',
  'shared',
  'unknown',
]);
export type MemoryCause = z.infer<typeof MemoryCause>;

export const MemoryVerdict = z.strictObject({
  cause: MemoryCause,
  /** What of RSS it explains. */
  sizeBytes: bytes,
  /** One sentence, with its reason. */
  text: z.string(),
  /** What to try next. */
  next: z.string(),
});
export type MemoryVerdict = z.infer<typeof MemoryVerdict>;

const KindSize = z.strictObject({ kind: z.string(), count, sizeBytes: bytes });

/** A process's memory, taken apart. */
export const MemoryReport = z.strictObject({
  target: z.string(),
  pid: count,
  /** ISO 8601, UTC. */
  takenAt: z.iso.datetime(),
  rssBytes: bytes,
  /** The most that RSS was. */
  peakBytes: bytes,
  swapBytes: bytes,
  threads: count,
  parts: z.array(MemoryPart),
  /** Empty where V8's pages are not known. */
  spaces: z.array(MemorySpace),
  /** What the heap is made of, the largest first; empty where it was not walked. */
  kinds: z.array(KindSize),
  verdict: MemoryVerdict,
  /** The nearest first. */
  ceilings: z.array(MemoryCeiling),
  /** Of ArrayBuffers and external strings what is not in memory, and so no part of RSS: pages that were never touched, or are in swap. */
  untouchedBytes: bytes.optional(),
  /** What could not be read, for people. */
  unknown: z.array(z.string()),
});
export type MemoryReport = z.infer<typeof MemoryReport>;

/** The same of a target as a collector reads it now and then, from outside: it is neither stopped nor asked. */
export const TargetMemory = z.strictObject({
  target: z.string(),
  ...incarnationFields,
  takenAt: z.iso.datetime(),
  rssBytes: bytes,
  swapBytes: bytes,
  /** All of them, in the order of a report; they sum to RSS. */
  parts: z.array(MemoryPart).max(MEMORY_PARTS.length),
  verdict: MemoryVerdict,
  /** How long the reading took the collector. */
  tookMs: z.number().nonnegative(),
});
export type TargetMemory = z.infer<typeof TargetMemory>;

/** What of it is told beside an alert. */
export const MemoryFound = TargetMemory.pick({ takenAt: true, rssBytes: true, parts: true, verdict: true });
export type MemoryFound = z.infer<typeof MemoryFound>;

/** Of a part, for people. */
export const MEMORY_WORDS: Readonly<Record<MemoryPartName, string>> = {
  heapUsed: "V8's heap, used",
  heapFree: "V8's heap, free inside its pages",
  heapKept: 'pages and tables that V8 keeps beside its heap',
  buffers: 'ArrayBuffers and Buffers that are held',
  bufferGarbage: 'ArrayBuffers and Buffers that nothing holds',
  externalStrings: 'external strings',
  wasm: 'WebAssembly memories',
  native: 'C and C++: malloc in use by all others',
  mallocFree: 'malloc, free and not given back',
  snapshotLeft: 'malloc, free since a heap snapshot',
  unknown: 'mappings of unknown use',
  stacks: 'stacks of threads',
  binary: "Node's own file",
  files: 'other files, libraries',
  shared: 'shared memory',
};
