/** What was read of a process's memory, before it is put together into parts: plain data. */
import type { AreaUse } from './area-use.ts';

export interface SpaceReading {
  /** V8's number: 0 is the main isolate, workers follow; -1 what all share. */
  readonly isolate: number;
  /** As `v8.getHeapSpaceStatistics()` names it. */
  readonly space: string;
  readonly committedBytes: number;
  readonly residentBytes: number;
  /** By V8's own count: as of the last sweep, and since. */
  readonly usedBytes: number;
}

export interface MallocReading {
  /** Resident, as all of this. */
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** Free pieces of an eighth of a page and more between used ones. */
  readonly freeChunks: number;
  /** Of `freeBytes` what lies in pieces of 1 MB and more: left by a peak, not between blocks. */
  readonly largeFreeBytes: number;
  /** Of mappings that are not glibc's, as far as can be seen: another C library's, or a program's own. */
  readonly unknownBytes: number;
}

export interface OutsideReading {
  readonly count: number;
  /** As their owners say. */
  readonly sizeBytes: number;
  /** Of it in the machine's memory. */
  readonly residentBytes: number;
}

export interface KindReading {
  readonly kind: string;
  readonly count: number;
  readonly sizeBytes: number;
}

export interface IsolateReading {
  readonly isolate: number;
  readonly usedBytes: number;
  /** Bytecode, machine code, and what V8 keeps about functions. */
  readonly codeBytes: number;
  /** The largest first; a few. */
  readonly kinds: readonly KindReading[];
}

/** What a walk of the heap adds. */
export interface HeapReading {
  readonly isolates: readonly IsolateReading[];
  /** Whether it was looked at what reaches a block: else all count as held. */
  readonly knowsGarbage: boolean;
  readonly buffers: OutsideReading;
  /** That nothing but a stack could still hold. */
  readonly bufferGarbage: OutsideReading;
  readonly externalStrings: OutsideReading;
  /** Node's objects that hold memory of the C library: compression, ciphers. */
  readonly handles: readonly KindReading[];
}

export interface RssReading {
  readonly pid: number;
  readonly takenAtMs: number;
  readonly rssBytes: number;
  /** The most that it had. */
  readonly peakBytes: number;
  readonly swapBytes: number;
  readonly threads: number;
  readonly uses: Readonly<Partial<Record<AreaUse, number>>>;
  /** Absent where V8's pages are not known; `unknown` says why. */
  readonly spaces?: readonly SpaceReading[];
  readonly malloc: MallocReading;
  /** Absent where the heap was not walked. */
  readonly heap?: HeapReading;
  /** Entries of a heap snapshot that are found in free memory; no more are counted than say that there was one. */
  readonly snapshotEntries: number;
  /** What could not be read, a line each. */
  readonly unknown: readonly string[];
}
