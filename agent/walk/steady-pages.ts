/**
 * What of a heap that ran on while it was copied held objects all the time: what was in use before the copy, and still was behind it.
 *
 *     before   |objects......|top                 what is made meanwhile lies behind the top of before: in the copy
 *     behind   |objects...........|top            there may be anything
 */
import type { AddressRange, Page } from './pages.ts';

/** Pages of two moments, each ascending; those of the later one, with what both have. */
export function steadyPages(before: readonly Page[], behind: readonly Page[]): Page[] {
  const earlier = new Map(before.map((page) => [page.address, page]));
  const collected = heapsCollected(before, behind);
  return behind.flatMap((page) => {
    const was = earlier.get(page.address);
    if (was?.heap !== page.heap || was.space !== page.space) return [];
    if (isYoung(page) && collected.has(page.heap)) return [];
    const ranges = common(was.ranges, page.ranges);
    return ranges.length === 0 ? [] : [{ ...page, ranges }];
  });
}

/** Which part of the bytes that were in use in pages of the old generation is not in `steady`: V8 moved what lay there meanwhile. */
export function movedRatio(before: readonly Page[], steady: readonly Page[]): number {
  const all = oldBytes(before);
  return all === 0 ? 0 : 1 - oldBytes(steady) / all;
}

function oldBytes(pages: readonly Page[]): number {
  let sum = 0;
  for (const page of pages) {
    if (!isYoung(page)) for (const [start, end] of page.ranges) sum += end - start;
  }
  return sum;
}

/** Those whose young generation was collected in between: it only grows otherwise. All of it was moved then. */
function heapsCollected(before: readonly Page[], behind: readonly Page[]): Set<number> {
  const later = new Map(behind.map((page) => [page.address, page]));
  const collected = new Set<number>();
  for (const page of before) {
    if (!isYoung(page)) continue;
    const is = later.get(page.address);
    const hasAll = is?.space === page.space && is.heap === page.heap && endOf(is.ranges) >= endOf(page.ranges);
    if (!hasAll) collected.add(page.heap);
  }
  return collected;
}

function isYoung({ space }: Page): boolean {
  return space.startsWith('new_');
}

function endOf(ranges: readonly AddressRange[]): number {
  return ranges.at(-1)?.[1] ?? 0;
}

/** What is in both, each ascending. */
function common(one: readonly AddressRange[], other: readonly AddressRange[]): AddressRange[] {
  const found: AddressRange[] = [];
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const [start, end] = [Math.max(one[i]![0], other[j]![0]), Math.min(one[i]![1], other[j]![1])];
    if (end > start) found.push([start, end]);
    if (one[i]![1] < other[j]![1]) i++;
    else j++;
  }
  return found;
}
