/** Which runs of addresses are copied, and where each of them goes; pure. */
import type { MemoryRegion } from './image.ts';
import type { Mapping } from './mappings.ts';

/** Which pages of `[startAddress, endAddress)` the process holds, one byte a page, 1 for those in memory or in swap. */
export type HeldPages = (startAddress: number, endAddress: number) => Uint8Array;

export const PAGE_BYTES = 4_096;

/** V8's pages begin at multiples of it. */
export const V8_PAGE_BYTES = 256 * 1_024;

/** What of a process is copied. */
export interface Plan {
  /** Of the image. */
  readonly regions: readonly MemoryRegion[];
  /** What of them is held, and so read: the rest is zero. */
  readonly held: readonly Run[];
}

/** A run of addresses, and where it goes in the buffer. */
export type Run = Omit<MemoryRegion, 'executable'>;

/**
 * The mappings without what the process does not hold, where that is 256 KB and more in a row: the code range of Node 24 and 26
 * has 512 MB. Smaller holes are kept, that a page of V8's stays whole, but not read either: a page that is read is there.
 */
export function planOf(mappings: readonly Mapping[], heldPages: HeldPages): Plan {
  const regions: MemoryRegion[] = [];
  const held: Run[] = [];
  let byteOffset = 0;
  for (const { startAddress, endAddress, executable, heldBytes } of mappings) {
    if (heldBytes === 0) continue;
    const pages = (endAddress - startAddress) / PAGE_BYTES;
    const isWhole = heldBytes >= endAddress - startAddress;
    const exact = isWhole ? [{ first: 0, end: pages }] : runs(heldPages(startAddress, endAddress));
    for (const whole of joined(exact, V8_PAGE_BYTES / PAGE_BYTES)) {
      const first = startAddress + whole.first * PAGE_BYTES;
      const byteLength = (whole.end - whole.first) * PAGE_BYTES;
      regions.push({ startAddress: first, byteLength, byteOffset, executable });
      for (const run of whole.runs) {
        const skipped = (run.first - whole.first) * PAGE_BYTES;
        const runBytes = (run.end - run.first) * PAGE_BYTES;
        held.push({ startAddress: first + skipped, byteLength: runBytes, byteOffset: byteOffset + skipped });
      }
      byteOffset += byteLength;
    }
  }
  return { regions, held };
}

/** The first page of a run of held pages, and the one behind its last. */
export interface PageRun {
  readonly first: number;
  readonly end: number;
}

export function runs(held: Uint8Array): PageRun[] {
  const found: PageRun[] = [];
  for (let first = held.indexOf(1); first >= 0; ) {
    const zero = held.indexOf(0, first);
    const end = zero < 0 ? held.length : zero;
    found.push({ first, end });
    first = held.indexOf(1, end);
  }
  return found;
}

/** Runs with fewer than `gap` pages between them, as one. */
function joined(exact: readonly PageRun[], gap: number): { first: number; end: number; runs: PageRun[] }[] {
  const found: { first: number; end: number; runs: PageRun[] }[] = [];
  for (const run of exact) {
    const last = found.at(-1);
    if (last && run.first - last.end < gap) {
      last.end = run.end;
      last.runs.push(run);
    } else {
      found.push({ ...run, runs: [run] });
    }
  }
  return found;
}

export function sumBytes(regions: readonly { readonly byteLength: number }[]): number {
  let sum = 0;
  for (const { byteLength } of regions) sum += byteLength;
  return sum;
}
