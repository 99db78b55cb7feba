/**
 * Objects by V8's id, and what tells each from another that has got its id later.
 *
 *     id 2n + 1 -> page pageOf[n >> 4] - 1, its entry n & 0xf of four words:
 *
 *     entries   [ imprint, name, size, type | size ]     imprint.ts; 0 where there is none
 *                                   |        |___ its bits from 8 on: what is above 32 bits
 *                                   |____________ the lower 32 bits
 *
 * Ids are dense in runs and sparse over all, so that pages are small; and rise by and large in the order of nodes, so that
 * they are gone through one after the other.
 */
import { widened } from '../parse/room.ts';

const PAGE_BITS = 4;
const ENTRY_WORDS = 4;
const PAGE_WORDS = ENTRY_WORDS << PAGE_BITS;
const NAME = 1;
const SIZE = 2;
const TYPE = 3;
const TYPE_BITS = 8;
const TYPE_MASK = (1 << TYPE_BITS) - 1;

/** What is nowhere. */
export const NOWHERE = -1;

export class KnownObjects {
  /** Page + 1 of each sixteen ids; 0 where none of them has been met. */
  #pageOf = new Uint32Array(1 << 12);
  #entries: Uint32Array;
  #pages = 0;

  /** @param expected how many there will be, about */
  constructor(expected: number) {
    this.#entries = new Uint32Array(PAGE_WORDS * Math.max(16, Math.ceil((1.25 * expected) / (1 << PAGE_BITS))));
  }

  /** Keeps an object with an odd id; false where there is one with it. */
  keep(id: number, imprint: number, type: number, name: number, sizeBytes: number): boolean {
    const at = this.#place(id);
    const entries = this.#entries;
    if (entries[at] !== 0) return false;
    entries[at] = imprint;
    entries[at + NAME] = name;
    entries[at + SIZE] = sizeBytes;
    entries[at + TYPE] = type | (Math.floor(sizeBytes / 2 ** 32) << TYPE_BITS);
    return true;
  }

  /** Where the object with an odd id is, or NOWHERE. */
  find(id: number): number {
    const page = this.#pageOf[id >>> (PAGE_BITS + 1)];
    if (page === undefined || page === 0) return NOWHERE;
    const at = inPage(page - 1, id);
    return this.#entries[at] === 0 ? NOWHERE : at;
  }

  imprintAt(at: number): number {
    return this.#entries[at]!;
  }

  sizeAt(at: number): number {
    return this.#entries[at + SIZE]! + (this.#entries[at + TYPE]! >>> TYPE_BITS) * 2 ** 32;
  }

  drop(at: number): void {
    this.#entries[at] = 0;
  }

  /** Tells `visit` of each object that has not been dropped. */
  each(visit: (type: number, name: number, sizeBytes: number) => void): void {
    const entries = this.#entries;
    for (let at = 0, end = this.#pages * PAGE_WORDS; at < end; at += ENTRY_WORDS) {
      if (entries[at] !== 0) visit(entries[at + TYPE]! & TYPE_MASK, entries[at + NAME]!, this.sizeAt(at));
    }
  }

  #place(id: number): number {
    const number = id >>> (PAGE_BITS + 1);
    if (number >= this.#pageOf.length)
      this.#pageOf = widened(this.#pageOf, Math.max(number + 1, 2 * this.#pageOf.length));
    let page = this.#pageOf[number]!;
    if (page === 0) {
      page = ++this.#pages;
      this.#pageOf[number] = page;
      if (page * PAGE_WORDS > this.#entries.length) this.#entries = widened(this.#entries, 2 * this.#entries.length);
    }
    return inPage(page - 1, id);
  }
}

function inPage(page: number, id: number): number {
  return page * PAGE_WORDS + ((id >>> 1) & ((1 << PAGE_BITS) - 1)) * ENTRY_WORDS;
}
