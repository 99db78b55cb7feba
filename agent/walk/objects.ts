/** Every object of a page, one behind the other: each one's size says where the next begins. */
import type { Layout } from '../layout/layout.ts';
import type { MemoryImage } from '../memory/image.ts';
import { MapTable } from './maps.ts';
import { MemoryWords } from './memory-words.ts';
import { isLarge, type Page } from './pages.ts';
import { BY_LENGTH, BY_RULE, FIXED, sizeByRule, UNKNOWN_SIZE } from './sizes.ts';

/** One image with all that reading its objects needs. */
export class HeapWords {
  readonly layout: Layout;
  readonly memory: MemoryWords;
  readonly maps: MapTable;
  readonly pages: readonly Page[];
  readonly #ends: Float64Array;

  /** `pages` are the image's, read while the process stood still. */
  constructor(image: MemoryImage, layout: Layout, pages: readonly Page[]) {
    this.layout = layout;
    this.memory = new MemoryWords(image);
    this.maps = new MapTable(this.memory, layout);
    this.pages = pages;
    this.#ends = endsOf(pages, this.memory);
  }

  /**
   * Words of the object at word `at`, whose Map has that number; 0 if its size is not known, and if what it says of itself reaches
   * beyond its page: then it is none, but what is left of one, or not yet one, where a heap was read that runs.
   */
  wordsOf(at: number, map: number): number {
    const { maps } = this;
    const kind = maps.sizeKind[map];
    if (kind === FIXED) return maps.words[map];
    if (kind === BY_LENGTH) {
      const length = (this.memory.u32[2 * at + maps.field[map]] >>> maps.shift[map]) & maps.mask[map];
      return this.#within(at, Math.ceil((maps.header[map] + maps.unit[map] * (length >>> 0)) / 8));
    }
    if (kind !== BY_RULE) return 0;
    return this.#within(at, Math.ceil(sizeByRule(this.layout, this.memory, maps.unit[map], at) / 8));
  }

  #within(at: number, words: number): number {
    return at + words <= this.#ends[at >>> 9] ? words : 0;
  }

  /**
   * Calls `visit` for each object of a page in the order of addresses, free space and fillers too (see `isFree`). An object whose
   * size is not known has 0 words; the next is then looked for word by word.
   */
  eachObject(page: Page, visit: Visit): void {
    for (const [start, end] of page.ranges) this.#eachIn(page, start, end, visit);
  }

  /** Whether a Map's objects are none: what V8 puts where nothing is. */
  isFree(map: number): boolean {
    const name = this.layout.typeNames.get(this.maps.type[map]);
    return name === 'FREE_SPACE' || name === 'FILLER';
  }

  #eachIn(page: Page, from: number, to: number, visit: Visit): void {
    const { memory, maps } = this;
    const { address: pageAddress, markBits } = page;
    const large = isLarge(page);
    for (let address = from; address < to; ) {
      const run = Math.min(memory.run(address), (to - address) / 8);
      if (run <= 0) return;
      const start = memory.wordAt(address);
      // the page's word that word 0 of the image would be
      const inPage = (address - pageAddress) / 8 - start;
      let at = start;
      const end = start + run;
      const last = large ? Number.POSITIVE_INFINITY : start + (to - address) / 8;
      while (at < end) {
        const map = maps.ofObject(at);
        if (map < 0) {
          at++;
          continue;
        }
        const words = this.wordsOf(at, map);
        if (words === 0 ? maps.sizeKind[map] !== UNKNOWN_SIZE : at + words > last) {
          at++;
          continue;
        }
        visit(at, map, words, markBits !== undefined && !isMarked(markBits, at + inPage));
        if (large) return;
        at += words === 0 ? 1 : words;
      }
      address += (at - start) * 8;
    }
  }
}

/** An object's first word, its Map's number, how many words it has, whether the last major collection found it dead. */
export type Visit = (at: number, map: number, words: number, dead: boolean) => void;

function isMarked(markBits: Uint32Array, word: number): boolean {
  return (markBits[word >>> 5] & (1 << (word & 31))) !== 0;
}

/** By 4 KB of the image: the word behind the last of its page, as if all of that lay in one row. */
function endsOf(pages: readonly Page[], memory: MemoryWords): Float64Array {
  const ends = new Float64Array((memory.u32.length >>> 10) + 1);
  for (const { areaStart, areaEnd } of pages) {
    for (let address = areaStart; address < areaEnd; address += 4_096) {
      const at = memory.wordAt(address);
      if (at >= 0) ends[at >>> 9] = Math.max(ends[at >>> 9], at + (areaEnd - address) / 8);
    }
    const last = memory.wordAt(areaEnd - 8);
    if (last >= 0) ends[last >>> 9] = Math.max(ends[last >>> 9], last + 1);
  }
  return ends;
}
