/**
 * V8's pages in an image: each says in its header, or in its metadata outside, to which heap and space it belongs.
 *
 * What says so and what V8 has in hand for allocation is read through `image.outside`: call `pagesOf` while the process stands
 * still. What it gives is plain data and holds for as long as the image does.
 */
import type { Layout } from '../layout/layout.ts';
import type { MemoryImage } from '../memory/image.ts';
import { allocationAreas } from './allocation-areas.ts';
import { CHUNK_BYTES, MemoryWords } from './memory-words.ts';
import { wordsOutside } from './outside.ts';

/** Addresses from the first to before the second. */
export type AddressRange = readonly [start: number, end: number];

export interface Page {
  readonly address: number;
  /** With its header. */
  readonly byteLength: number;
  readonly flags: number;
  /** V8's Heap, which is an isolate's: the same for all of its pages. 0 for the read-only space, which all isolates share. */
  readonly heap: number;
  /** V8's number of that isolate: 0 is the main one, workers follow as they were made; -1 for the read-only space. */
  readonly isolate: number;
  /** As `v8.getHeapSpaceStatistics()` names it. */
  readonly space: string;
  /** Its objects lie from here ... */
  readonly areaStart: number;
  /** ... to here ... */
  readonly areaEnd: number;
  /** ... in these parts of it: the others are in hand for allocation. Ascending. */
  readonly ranges: readonly AddressRange[];
  /**
   * Of a page that is not swept since the last major collection: one bit for each of its words from `address` on, set for the
   * first word of what lived then. Undefined: nothing that was found dead is in it.
   */
  readonly markBits: Uint32Array | undefined;
  /** V8's own count of the bytes in use, as of the last sweep and since. */
  readonly allocatedBytes: number;
}

/** The read-only space's name, and that of the young generation's. */
export const READ_ONLY_SPACE = 'read_only_space';
const NEW_SPACE = 'new_space';

/** Whether the page has one object: behind it, and behind what was cut off from it, lies nothing that is V8's. */
export function isLarge({ space }: Pick<Page, 'space'>): boolean {
  return space.endsWith('large_object_space');
}

/** MemoryChunk::FROM_PAGE: of the half of the young generation that holds nothing but what the last scavenge left behind. */
const FROM_PAGE = 1 << 3;
/** No page begins its objects later than this: header, guard page and bits of a page of code. */
const LONGEST_HEADER = 1 << 15;
const LARGEST_PAGE = 2 ** 37;

/** What a page and its header say, before it is known which of its parts are used. */
interface PageHeader extends Omit<Page, 'ranges'> {
  readonly owner: number;
  /** Its header's address, or its metadata's: what other pages know it by. */
  readonly says: number;
  readonly previous: number;
}

/** All pages with objects, ascending by address. */
export function pagesOf(image: MemoryImage, layout: Layout): Page[] {
  const found = foundPages(image, layout).filter(
    ({ space, flags }) => space !== NEW_SPACE || (flags & FROM_PAGE) === 0,
  );
  const unused = [...unusedRanges(image, layout, found)].sort(([one], [other]) => one - other);
  const pages: Page[] = [];
  let next = 0;
  for (const { owner, says, previous, ...page } of found) {
    const ranges: AddressRange[] = [];
    let start = page.areaStart;
    while (next < unused.length && unused[next][0] < page.areaStart) next++;
    for (; next < unused.length && unused[next][0] < page.areaEnd; next++) {
      const [from, to] = unused[next];
      if (from > start) ranges.push([start, from]);
      start = Math.max(start, to);
    }
    if (start < page.areaEnd) ranges.push([start, page.areaEnd]);
    if (ranges.length > 0) pages.push({ ...page, ranges });
  }
  return pages;
}

/** What is in hand for allocation: rests of pages, and whole ones of the young generation. */
function* unusedRanges(image: MemoryImage, layout: Layout, pages: readonly PageHeader[]): Generator<AddressRange> {
  const heaps = new Map<number, PageHeader[]>();
  for (const page of pages) if (page.heap !== 0) heaps.set(page.heap, [...(heaps.get(page.heap) ?? []), page]);
  for (const [heap, ofHeap] of heaps) {
    const owners = new Set(ofHeap.map(({ owner }) => owner));
    for (const { top, limit } of allocationAreas(image, layout.table.allocation, heap, owners)) {
      const page = pageWith(ofHeap, top);
      if (page === undefined || limit > page.areaEnd) continue;
      yield [top, page.space === NEW_SPACE ? page.areaEnd : limit];
    }
    yield* unusedPages(image, layout, ofHeap);
  }
}

/** Pages of the young generation behind the current one: they hold what earlier collections left. */
function* unusedPages(image: MemoryImage, layout: Layout, pages: readonly PageHeader[]): Generator<AddressRange> {
  const young = pages.filter(({ space }) => space === NEW_SPACE);
  const bySays = new Map(young.map((page) => [page.says, page]));
  const used = new Set<PageHeader>();
  for (const owner of new Set(young.map((page) => page.owner))) {
    const [current] = wordsOutside(image, owner + layout.table.allocation.currentPage, 1) ?? [0];
    for (let page = bySays.get(current); page !== undefined && !used.has(page); page = bySays.get(page.previous)) {
      used.add(page);
    }
  }
  for (const page of young) if (!used.has(page)) yield [page.areaStart, page.areaEnd];
}

/** The page whose area holds the address, its end too: an area that is used up ends there. */
function pageWith(pages: readonly PageHeader[], address: number): PageHeader | undefined {
  return pages.find(({ areaStart, areaEnd }) => address >= areaStart && address <= areaEnd);
}

function foundPages(image: MemoryImage, layout: Layout): PageHeader[] {
  const found: PageHeader[] = [];
  const memory = new MemoryWords(image);
  const spaces = new Spaces(image, layout);
  let after = 0;
  for (const { startAddress, byteLength } of image.regions) {
    const end = startAddress + byteLength;
    const first = Math.ceil(Math.max(startAddress, after) / CHUNK_BYTES) * CHUNK_BYTES;
    for (let address = first; address < end; ) {
      const page = pageAt(memory, layout, spaces, address);
      if (page !== undefined) found.push(page);
      after = address + Math.ceil((page?.byteLength ?? 1) / CHUNK_BYTES) * CHUNK_BYTES;
      address = after;
    }
  }
  return found;
}

function pageAt(memory: MemoryWords, layout: Layout, spaces: Spaces, address: number): PageHeader | undefined {
  const { page: offsets } = layout.table;
  const at = memory.wordAt(address);
  if (at < 0) return undefined;
  let says = address;
  let words: readonly number[] | undefined;
  if (offsets.metadata !== undefined) {
    says = memory.value(at + offsets.metadata / 8);
    words = wordsOutside(memory.image, says, offsets.byteLength / 8);
    if (words === undefined) return undefined;
  }
  const field = (offset: number): number => (words === undefined ? memory.value(at + offset / 8) : words[offset / 8]);
  const heap = field(offsets.heap);
  const areaStart = field(offsets.areaStart);
  const areaEnd = field(offsets.areaEnd);
  const byteLength = areaEnd - address;
  if (areaStart <= address || areaStart > address + LONGEST_HEADER) return undefined;
  if (areaEnd < areaStart || byteLength > LARGEST_PAGE) return undefined;
  const owner = field(offsets.owner);
  const space = heap === 0 ? READ_ONLY_SPACE : spaces.named(owner, heap);
  if (space === undefined) return undefined;
  const previous = field(offsets.previous);
  // one that V8 has taken out of its space keeps its header until it is unmapped or used anew
  if (heap !== 0 && previous === 0 && spaces.firstPageOf(owner) !== says) return undefined;
  return {
    address,
    byteLength,
    flags: memory.value(at + offsets.flags / 8),
    heap,
    isolate: heap === 0 ? -1 : spaces.isolateOf(heap),
    space,
    areaStart,
    areaEnd: heap === 0 ? Math.min(areaEnd, address + field(offsets.highWaterMark)) : areaEnd,
    allocatedBytes: field(offsets.allocatedBytes),
    owner,
    says,
    previous,
    markBits:
      heap !== 0 && field(offsets.sweeping) !== 0 ? markBitsOf(memory.image, says + offsets.markBits) : undefined,
  };
}

/** A copy of the bits of a page of ordinary size; larger ones have one object, which is freed at once when it dies. */
function markBitsOf(image: MemoryImage, address: number): Uint32Array | undefined {
  const bytes = image.outside(address, CHUNK_BYTES / 64);
  return bytes === undefined ? undefined : new Uint32Array(bytes.slice().buffer);
}

/** Names of spaces, by V8's Space objects: each says its heap and its number. */
class Spaces {
  readonly #image: MemoryImage;
  readonly #names: readonly string[];
  readonly #layout: Layout;
  readonly #firstPages = new Map<number, number>();
  readonly #isolates = new Map<number, number>();
  readonly #known = new Map<number, { readonly heap: number; readonly name: string } | undefined>();

  constructor(image: MemoryImage, layout: Layout) {
    this.#image = image;
    this.#names = layout.table.spaces;
    this.#layout = layout;
  }

  /** The name of the space at `owner` if it is one of `heap`. */
  named(owner: number, heap: number): string | undefined {
    let space = this.#known.get(owner);
    if (space === undefined && !this.#known.has(owner)) {
      space = this.#read(owner);
      this.#known.set(owner, space);
    }
    return space?.heap === heap ? space.name : undefined;
  }

  /** The first page in the list of a space, or its metadata. */
  firstPageOf(owner: number): number {
    let first = this.#firstPages.get(owner);
    if (first === undefined) {
      [first] = wordsOutside(this.#image, owner + this.#layout.table.page.firstOfSpace, 1) ?? [0];
      this.#firstPages.set(owner, first);
    }
    return first;
  }

  /** The number of the isolate whose Heap that is. */
  isolateOf(heap: number): number {
    let isolate = this.#isolates.get(heap);
    if (isolate === undefined) {
      const bytes = this.#image.outside(heap + this.#layout.table.isolateId, 4);
      isolate = bytes === undefined ? -1 : new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
      this.#isolates.set(heap, isolate);
    }
    return isolate;
  }

  /** src/heap/base-space.h: behind the virtual table come the heap and the number, which has half a word. */
  #read(owner: number): { heap: number; name: string } | undefined {
    const [, heap] = wordsOutside(this.#image, owner, 2) ?? [];
    const number = heap === undefined ? undefined : this.#image.outside(owner + 16, 4);
    if (heap === undefined || number === undefined) return undefined;
    const name = this.#names[new DataView(number.buffer, number.byteOffset, 4).getUint32(0, true)];
    return name === undefined ? undefined : { heap, name };
  }
}
