import type { SizeTable } from './size-rules.ts';

/** Where a page says what it is. Offsets count from the page's first byte, or from that of its metadata. */
export interface PageLayout {
  /** Offset in the page of the pointer to its metadata, which lies outside of the page; undefined: the header says all. */
  readonly metadata: number | undefined;
  readonly flags: number;
  readonly size: number;
  readonly heap: number;
  readonly areaStart: number;
  readonly areaEnd: number;
  readonly allocatedBytes: number;
  readonly highWaterMark: number;
  readonly owner: number;
  /** The page before it in its space (or that page's metadata, as it is outside or not). */
  readonly previous: number;
  /** Offset in a Space of its first page (or that page's metadata). */
  readonly firstOfSpace: number;
  /** A word that is not 0 from the end of a major collection until the page is swept: what died then is still in it. */
  readonly sweeping: number;
  /** One bit for each word of the page, set for the first one (up to V8 11.3: two) of what lived (src/heap/marking.h). */
  readonly markBits: number;
  /** Bytes of a header or of a page's metadata that hold all of the above. */
  readonly byteLength: number;
}

/** Where a ScopeInfo says how long it is: flags, and what follows `header` (src/objects/scope-info.tq). */
export interface ScopeInfoLayout {
  /** Offset of the u32 with the flags. */
  readonly flags: number;
  /** Bytes of the fields that are always there. */
  readonly header: number;
  /** Flags that bring one word, and those of which any brings two. */
  readonly oneWordFlags: readonly number[];
  /** `scope_type` of a module's scope. */
  readonly moduleType: number;
  /** Offset of the u32 with the number of a module's variables; undefined: it is the last word before them. */
  readonly moduleVariableCount: number | undefined;
  /** Types of scopes that have two words of positions; undefined: in the header of all. */
  readonly positions: readonly number[] | undefined;
  /** A type of scope that has one word more. */
  readonly oneWordType: number | undefined;
}

/** How machine code says its size: where its two lengths are, in itself or in the Code object that the word at `via` points to. */
export interface CodeLayout {
  readonly type: string;
  readonly via: number | undefined;
  readonly lengths: readonly number[];
  readonly header: number;
}

/**
 * Where V8 says which parts of its pages are handed out for allocation and not yet used: `{start, top, limit}`, each two words
 * apart (src/heap/linear-allocation-area.h). What lies from `top` to `limit` is no object, whatever it looks like.
 *
 * A path is a row of offsets from an object of V8's own: each but the last is that of a pointer to follow.
 */
export interface AllocationLayout {
  /** From the Heap. */
  readonly areas: readonly (readonly number[])[];
  /** From a Space; undefined where the Heap has all. */
  readonly areaOfSpace: readonly number[] | undefined;
  /** Heaps of threads that compile and collect in the background: from the Heap to the first, from each to the next. */
  readonly firstLocalHeap: readonly number[];
  readonly nextLocalHeap: number;
  readonly areasOfLocalHeap: readonly (readonly number[])[];
  /** Offset in a half of the young generation of its current page (or that page's metadata): pages behind it are not used yet. */
  readonly currentPage: number;
}

/** What the constants of one V8's executables do not say. */
export interface VersionTable {
  /** `13.6`. */
  readonly v8: string;
  /** By exact version: what an executable of it says of itself, for those that say nothing. `name value; name value` in lines. */
  readonly constants: Readonly<Record<string, string>>;
  /** Instance types that `v8dbg_type_*` does not name, without `_TYPE` (src/objects/objects-definitions.h, *.tq). */
  readonly types: Readonly<Record<string, number>>;
  readonly sizes: SizeTable;
  readonly page: PageLayout;
  readonly scopeInfo: ScopeInfoLayout;
  readonly code: CodeLayout;
  /** FEEDBACK_METADATA counts the parameters of its closures too. */
  readonly feedbackMetadataCountsParameters: boolean;
  readonly allocation: AllocationLayout;
  /** Offset from the Heap of the number that V8 gave its Isolate, counting from 0 on (`Isolate::id_`, src/execution/isolate.h). */
  readonly isolateId: number;
  /** Offset from the Heap of what it is doing: an u32, 0 if it does not collect (`Heap::gc_state_`, src/heap/heap.h). */
  readonly collecting: number;
  /** Spaces by V8's number (`AllocationSpace`, src/common/globals.h), in the words of `v8.getHeapSpaceStatistics()`. */
  readonly spaces: readonly string[];
}

/** Offsets that have been the same in headers of pages up to V8 11.3 (src/heap/memory-chunk-layout.h). */
export const HEADER_IN_PAGE: PageLayout = {
  metadata: undefined,
  size: 0,
  flags: 8,
  heap: 16,
  areaStart: 24,
  areaEnd: 32,
  allocatedBytes: 40,
  highWaterMark: 56,
  owner: 64,
  previous: 240,
  firstOfSpace: 21 * 8,
  sweeping: 192,
  markBits: 0x128,
  byteLength: 248,
};

/** Metadata outside of the page, since V8 12.5 or so (src/heap/memory-chunk-metadata.h, memory-chunk.h). */
export const METADATA_OUTSIDE: PageLayout = {
  metadata: 8,
  flags: 0,
  size: 16,
  allocatedBytes: 24,
  highWaterMark: 40,
  areaEnd: 56,
  heap: 64,
  areaStart: 72,
  owner: 80,
  previous: 272,
  firstOfSpace: 5 * 8,
  sweeping: 240,
  markBits: 320,
  byteLength: 280,
};

/** Allocators of a Heap since V8 12: each has a pointer to its area at 160 (src/heap/main-allocator.h, heap-allocator.h). */
export function allocators(before: readonly number[], base: number, offsets: readonly number[]): number[][] {
  return offsets.map((offset) => [...before, base + offset + 160, 0]);
}

/** V8 10.2 to 12.4: `scope_type` 3 is a module's. */
export const SCOPE_INFO_TO_12: ScopeInfoLayout = {
  flags: 12,
  header: 32,
  oneWordFlags: [1 << 10, 1 << 14, 1 << 22, 1 << 28],
  moduleType: 3,
  moduleVariableCount: undefined,
  positions: [1, 2, 3, 4],
  oneWordType: undefined,
};
