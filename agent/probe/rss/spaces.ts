/** V8's pages by space, from their headers alone: nothing else of the heap is read. */
import type { Layout } from '../../layout/layout.ts';
import { headersOf } from '../../memory/headers.ts';
import type { Mapping } from '../../memory/mappings.ts';
import { planOf } from '../../memory/regions.ts';
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
  const plan = planOf(
    areas.map((area) => mappingOf(area)),
    (startAddress) => source.heldOf(areas[indexOf(areas, startAddress)]!),
  );
  const read = (bytes: Uint8Array, address: number) => {
    const found = source.read(address, bytes.byteLength);
    if (found) bytes.set(found);
    return found !== undefined;
  };
  const image = headersOf(plan, read, (address, byteLength) => source.read(address, byteLength));
  for (const page of pagesOf(image, layout)) {
    const key = `${page.isolate} ${page.space}`;
    let sum = spaces.get(key);
    if (!sum) {
      sum = { isolate: page.isolate, space: page.space, committedBytes: 0, residentBytes: 0, usedBytes: 0 };
      spaces.set(key, sum);
    }
    const { mappedBytes, residentBytes } = heldIn(areas, page, source);
    sum.committedBytes += mappedBytes;
    sum.residentBytes += residentBytes;
    sum.usedBytes += Math.min(usedOf(page), mappedBytes);
  }
  return [...spaces.values()].sort((a, b) => a.isolate - b.isolate || b.residentBytes - a.residentBytes);
}

/** The young generation's pages are used from their start on; of the others V8 counts what is. */
function usedOf({ space, ranges, areaStart, areaEnd, allocatedBytes }: Page): number {
  if (space === 'new_space') return ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  return Math.min(areaEnd - areaStart, allocatedBytes);
}

function mappingOf({ startAddress, endAddress, rights, rssBytes, swapBytes }: Area): Mapping {
  const heldBytes = rights.startsWith('r') ? rssBytes + swapBytes : 0;
  return { startAddress, endAddress, executable: rights[2] === 'x', heldBytes };
}

/** What of a page is mapped, whatever a header says that changes while it is read, and what of that is in memory. */
function heldIn(areas: readonly Area[], { address, areaEnd }: Page, source: HeaderSource) {
  let [mappedBytes, residentBytes] = [0, 0];
  for (let at = indexOf(areas, address); at < areas.length; at++) {
    const { startAddress, endAddress } = areas[at]!;
    const [start, end] = [Math.max(startAddress, address), Math.min(endAddress, areaEnd)];
    if (start >= areaEnd) break;
    if (end <= start) continue;
    mappedBytes += end - start;
    residentBytes += residentOf(source.heldOf(areas[at]!), start - startAddress, end - start);
  }
  return { mappedBytes, residentBytes };
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
