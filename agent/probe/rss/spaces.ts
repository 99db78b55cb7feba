/** V8's pages by space, from their headers alone: nothing else of the heap is read. */
import type { Layout } from '../../layout/layout.ts';
import type { MemoryImage, MemoryRegion } from '../../memory/image.ts';
import { PAGE_BYTES, V8_PAGE_BYTES } from '../../memory/regions.ts';
import type { Area } from '../../rss/areas.ts';
import { residentOf } from '../../rss/page-fill.ts';
import type { SpaceReading } from '../../rss/reading.ts';
import { type Page, pagesOf } from '../../walk/pages.ts';

/** What of the process is asked. */
export interface HeaderSource {
  heldOf(area: Area): Uint8Array;
  read(address: number, byteLength: number): Uint8Array | undefined;
}

/** @param areas V8's, ascending */
export function spacesOf(areas: readonly Area[], layout: Layout, source: HeaderSource): SpaceReading[] {
  const spaces = new Map<string, { -readonly [K in keyof SpaceReading]: SpaceReading[K] }>();
  for (const page of pagesOf(headersOf(areas, source), layout)) {
    const key = `${page.isolate} ${page.space}`;
    let sum = spaces.get(key);
    if (!sum) {
      sum = { isolate: page.isolate, space: page.space, committedBytes: 0, residentBytes: 0, usedBytes: 0 };
      spaces.set(key, sum);
    }
    sum.committedBytes += page.byteLength;
    sum.residentBytes += residentIn(areas, page, source);
    sum.usedBytes += usedOf(page);
  }
  return [...spaces.values()].sort((a, b) => a.isolate - b.isolate || b.residentBytes - a.residentBytes);
}

/** The young generation's pages are used from their start on; of the others V8 counts what is. */
function usedOf({ space, ranges, areaStart, areaEnd, allocatedBytes }: Page): number {
  if (space === 'new_space') return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  return Math.min(areaEnd - areaStart, allocatedBytes);
}

function residentIn(areas: readonly Area[], { address, areaEnd }: Page, source: HeaderSource): number {
  let sum = 0;
  for (let at = indexOf(areas, address); at < areas.length; at++) {
    const { startAddress, endAddress } = areas[at]!;
    const [start, end] = [Math.max(startAddress, address), Math.min(endAddress, areaEnd)];
    if (start >= areaEnd) break;
    if (end > start) sum += residentOf(source.heldOf(areas[at]!), start - startAddress, end - start);
  }
  return sum;
}

/** The first mapping that ends behind an address. */
function indexOf(areas: readonly Area[], address: number): number {
  let [low, high] = [0, areas.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (areas[middle]!.endAddress <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An image that has the first page of memory of each of V8's pages, and nothing else. */
function headersOf(areas: readonly Area[], source: HeaderSource): MemoryImage {
  const starts: { address: number; executable: boolean }[] = [];
  for (const area of areas) {
    if (area.rssBytes + area.swapBytes === 0 || !area.rights.startsWith('r')) continue;
    const held = source.heldOf(area);
    const first = Math.ceil(area.startAddress / V8_PAGE_BYTES) * V8_PAGE_BYTES;
    for (let address = first; address + PAGE_BYTES <= area.endAddress; address += V8_PAGE_BYTES) {
      if (held[(address - area.startAddress) / PAGE_BYTES] === 1)
        starts.push({ address, executable: area.rights[2] === 'x' });
    }
  }
  const buffer = new SharedArrayBuffer(starts.length * PAGE_BYTES);
  const regions: MemoryRegion[] = [];
  for (const { address, executable } of starts) {
    const byteOffset = regions.length * PAGE_BYTES;
    const bytes = source.read(address, PAGE_BYTES);
    if (!bytes) continue; // given back meanwhile
    new Uint8Array(buffer, byteOffset, PAGE_BYTES).set(bytes);
    regions.push({ startAddress: address, byteLength: PAGE_BYTES, byteOffset, executable });
  }
  return { buffer, regions, outside: (address, byteLength) => source.read(address, byteLength) };
}
