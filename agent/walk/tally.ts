/**
 * Counts of one isolate's objects by Map, and of the stores of objects by the Map of their owner: one pass over its pages.
 *
 *     Map of Session   count  words        as objects
 *                      3 x count, words    of properties, elements and tables of its objects,
 *     Map of arrays    count  words        which are taken away from the Maps of those
 *
 * Nothing is made for an object; what differs within a Map (see `asksObjects`) is kept by its text.
 */
import type { ClassNames } from './class-names.ts';
import { isSince13, outsideStringBytes, outsideUnit } from './external-strings.ts';
import type { HeapWords } from './objects.ts';
import { mayHold } from './outside.ts';
import { isLarge, type Page, READ_ONLY_SPACE } from './pages.ts';
import { FIXED, UNKNOWN_SIZE } from './sizes.ts';
import { TAGGINGS, type Tagging } from './tagged.ts';

/** What is done with objects of a Map besides counting them. */
const NOT_MET = 0;
const COUNT = 1;
const FREE = 2;
/** An object: it may hold properties and elements, and is asked for its class if it may differ. */
const OBJECT = 3;
/** A Map, Set and their weak kin: a table too. */
const COLLECTION = 4;
const ASKED = 5;
const SYMBOL = 6;
const HOLDER = 7;
const ARRAY_BUFFER = 8;
/** Strings whose characters are outside, of one byte and of two, where a snapshot counts them. */
const ONE_BYTE_OUTSIDE = 9;
const TWO_BYTES_OUTSIDE = 10;

/** Stores by the field that leads to them: words of properties and elements in a JSObject, of the table in a collection. */
const STORE_FIELDS = [1, 2, 3];
const ELEMENTS = 2;

/** Numbers of a Map met lately, and how many of them are kept: few Maps have most of the objects. */
const RECENT = 4;
const RECENT_MASK = 1023;
const VARIES = -1;

export interface CountAndWords {
  count: number;
  words: number;
}

/** Objects of one kind that their Map alone does not tell. */
export interface Apart extends CountAndWords {
  /** The class of the objects, or the kind, that they are of ... */
  readonly name: string;
  /** ... as `class`: objects; `store`: one of STORE_FIELDS of theirs; `kind`: no objects. */
  readonly as: 'class' | 'kind' | number;
}

interface Shared {
  map: number;
  owner: number;
  several: boolean;
  words: number;
}

export class Tally {
  readonly #heap: HeapWords;
  readonly #classes: ClassNames;
  readonly #readOnlyChunk: Uint8Array;
  /** The Maps of the objects met last, RECENT numbers each: address in halves, number, words of an object or VARIES. */
  readonly #recent = new Int32Array(RECENT * (RECENT_MASK + 1)).fill(-1);
  readonly #copyOnWriteMaps = new Map<number, boolean>();
  role = new Uint8Array(1 << 12);
  count = new Float64Array(1 << 12);
  words = new Float64Array(1 << 12);
  deadCount = new Float64Array(1 << 12);
  deadWords = new Float64Array(1 << 12);
  /** Words that hold nothing: free lists and fillers. */
  freeWords = 0;
  /** Words where an object should begin, and none does that ends within its page: 0, or the moment was a bad one. */
  tornWords = 0;
  /** By owner's Map times three: stores. */
  storeCount = new Float64Array(3 << 12);
  storeWords = new Float64Array(3 << 12);
  readonly #apart = new Map<string, Apart>();
  /** Literals' elements that arrays share until one is written to, by their word. */
  readonly #copyOnWrite = new Map<number, Shared>();
  readonly #tagged = new Set<number>();
  /** Memory of array buffers outside V8's pages. */
  readonly outside = { count: 0, bytes: 0 };
  /** Characters of strings outside V8's pages, where a snapshot of that V8 counts them. */
  outsideStringBytes = 0;
  readonly #sharedBackingStores = new Set<number>();

  constructor(heap: HeapWords, classes: ClassNames) {
    this.#heap = heap;
    this.#classes = classes;
    this.#readOnlyChunk = readOnlyChunks(heap);
  }

  /** How many Maps there may be something of. */
  get length(): number {
    return Math.min(this.#heap.maps.length, this.count.length);
  }

  /** All kinds that Maps do not tell. */
  apart(): Iterable<Apart> {
    return this.#apart.values();
  }

  /** Literals' elements: `owner` is the Map of their one owner, -1 if there are several. */
  *copyOnWrite(): Generator<{ owner: number; words: number }> {
    for (const { owner, several, words } of this.#copyOnWrite.values()) yield { owner: several ? -1 : owner, words };
  }

  add(page: Page): void {
    for (const [start, end] of page.ranges) this.#addRange(page, start, end);
  }

  #addRange(page: Page, from: number, to: number): void {
    const { memory } = this.#heap;
    const { u32 } = memory;
    const recent = this.#recent;
    const { markBits } = page;
    const large = isLarge(page);
    for (let address = from; address < to; ) {
      const run = Math.min(memory.run(address), (to - address) / 8);
      if (run <= 0) return;
      const start = memory.wordAt(address);
      const inPage = (address - page.address) / 8 - start;
      const end = start + run;
      const last = large ? Number.POSITIVE_INFINITY : start + (to - address) / 8;
      let at = start;
      let { role, count, words: wordsOf } = this;
      while (at < end) {
        const lower = u32[2 * at] | 0;
        const upper = u32[2 * at + 1] | 0;
        const slot = RECENT * (((lower >>> 3) ^ (lower >>> 12)) & RECENT_MASK);
        let map = recent[slot + 2];
        let words = recent[slot + 3];
        if (recent[slot] !== lower || recent[slot + 1] !== upper) {
          map = this.#lookUp(lower, upper, slot);
          if (map < 0) {
            at++;
            this.tornWords++;
            continue;
          }
          ({ role, count, words: wordsOf } = this);
          words = recent[slot + 3];
        }
        if (words === VARIES) words = this.#heap.wordsOf(at, map);
        if (words === 0 ? this.#heap.maps.sizeKind[map] !== UNKNOWN_SIZE : at + words > last) {
          at++;
          this.tornWords++;
          continue;
        }
        const what = role[map];
        if (what === FREE) {
          this.freeWords += words;
        } else if (markBits !== undefined && (markBits[(at + inPage) >>> 5] & (1 << ((at + inPage) & 31))) === 0) {
          this.deadCount[map]++;
          this.deadWords[map] += words;
        } else {
          count[map]++;
          wordsOf[map] += words;
          if (what >= OBJECT) {
            this.#more(what, at, map, words);
            ({ role, count, words: wordsOf } = this); // it may have met Maps
          }
        }
        if (large) return;
        at += words === 0 ? 1 : words;
      }
      address += (at - start) * 8;
    }
  }

  /** The number of the Map at that tagged address, which is from now on the slot's; -1: there is none. */
  #lookUp(lower: number, upper: number, slot: number): number {
    const { maps } = this.#heap;
    const map = (lower & 3) === 1 ? maps.indexOf(lower >>> 0, upper >>> 0) : -1;
    if (map < 0) return map;
    if (map >= this.role.length || this.role[map] === NOT_MET) this.#meet(map);
    this.#recent[slot] = lower;
    this.#recent[slot + 1] = upper;
    this.#recent[slot + 2] = map;
    this.#recent[slot + 3] = maps.sizeKind[map] === FIXED ? maps.words[map] : VARIES;
    return map;
  }

  #more(what: number, at: number, map: number, words: number): void {
    switch (what) {
      case OBJECT:
        this.#store(at, map, 0);
        this.#store(at, map, 1);
        return;
      case COLLECTION:
        this.#store(at, map, 0);
        this.#store(at, map, 1);
        this.#store(at, map, 2);
        return;
      case ARRAY_BUFFER:
        this.#store(at, map, 0);
        this.#store(at, map, 1);
        this.#backingStore(at);
        return;
      case ASKED:
        this.#asked(at, map, words);
        return;
      case ONE_BYTE_OUTSIDE:
      case TWO_BYTES_OUTSIDE:
        this.outsideStringBytes += outsideStringBytes(this.#heap.memory, at, what - ONE_BYTE_OUTSIDE + 1);
        return;
      case SYMBOL:
        // bit 0 of the flags: private, which a snapshot shows as V8's own
        if ((this.#heap.memory.u32[2 * at + 3] & 1) !== 0) this.#moveTo('(system)', 'kind', map, words);
        return;
      case HOLDER:
        this.#holder(at, map, words);
    }
  }

  /** Counts the store in one of an object's STORE_FIELDS for its owner's Map. */
  #store(at: number, ownerMap: number, field: number): void {
    const store = this.#storeAt(at + STORE_FIELDS[field]);
    if (store < 0) return;
    const { maps } = this.#heap;
    const map = maps.ofObject(store);
    if (map < 0) return;
    const words = this.#heap.wordsOf(store, map);
    if (field === ELEMENTS - 1 && this.#isCopyOnWrite(map)) {
      this.#share(store, map, ownerMap, words);
      return;
    }
    if (!this.#mayBeStore(map)) return;
    this.storeCount[3 * ownerMap + field]++;
    this.storeWords[3 * ownerMap + field] += words;
    this.#takeAway(map, words);
  }

  /** The word of a store that is an object's own: not one of V8's that all objects without any share. */
  #storeAt(word: number): number {
    const { memory } = this.#heap;
    const lower = memory.u32[2 * word];
    if ((lower & 1) === 0) return -1;
    const upper = memory.u32[2 * word + 1];
    if (lower === this.#emptyLower && upper === this.#emptyUpper) return -1;
    const at = memory.wordOf(lower, upper);
    if (at < 0 || this.#readOnlyChunk[at >>> 9] === 0) return at;
    this.#emptyLower = lower;
    this.#emptyUpper = upper;
    return -1;
  }

  /** The store of V8's that was met last. */
  #emptyLower = 0;
  #emptyUpper = 0;

  #takeAway(map: number, words: number): void {
    if (map >= this.role.length || this.role[map] === NOT_MET) this.#meet(map);
    this.count[map]--;
    this.words[map] -= words;
  }

  #moveTo(name: string, as: Apart['as'], map: number, words: number): void {
    this.#takeAway(map, words);
    this.#addApart(name, as, words);
  }

  #addApart(name: string, as: Apart['as'], words: number): void {
    const key = `${as} ${name}`;
    let apart = this.#apart.get(key);
    if (apart === undefined) {
      apart = { name, as, count: 0, words: 0 };
      this.#apart.set(key, apart);
    }
    apart.count++;
    apart.words += words;
  }

  /** An object that may have a toStringTag of its own. */
  #asked(at: number, map: number, words: number): void {
    const { name } = this.#classes.ofObject(at, map);
    if (name === this.#classes.ofMap(map).name) {
      this.#store(at, map, 0);
      this.#store(at, map, 1);
      return;
    }
    this.#moveTo(name, 'class', map, words);
    for (const field of [0, 1]) {
      const store = this.#storeAt(at + STORE_FIELDS[field]);
      const of = store < 0 ? -1 : this.#heap.maps.ofObject(store);
      if (of >= 0 && this.#mayBeStore(of)) this.#moveTo(name, field, of, this.#heap.wordsOf(store, of));
    }
  }

  /** An array that is shown as what it serves for is taken away once, whatever else holds it. */
  #holder(at: number, map: number, words: number): void {
    const { maps, memory, layout } = this.#heap;
    const tagging = this.#taggingOf(map);
    if (tagging === undefined) return;
    const fields = tagging.fields === 'all' ? words - 1 : tagging.fields.length;
    for (let i = 0; i < fields; i++) {
      const field = tagging.fields === 'all' ? i + 1 : tagging.fields[i];
      if (field >= words) continue;
      const target = memory.target(at + field);
      if (target < 0 || this.#readOnlyChunk[target >>> 9] !== 0 || this.#tagged.has(target)) continue;
      const of = maps.ofObject(target);
      if (of < 0 || !tagging.targets.has(layout.typeNames.get(maps.type[of]) ?? '')) continue;
      this.#tagged.add(target);
      if (this.#isCopyOnWrite(of)) this.#tagCopyOnWrite(target, of, tagging.kind);
      else this.#moveTo(tagging.kind, 'kind', of, this.#heap.wordsOf(target, of));
    }
  }

  /** The elements of a literal, which are `code` unless an array has them too: decided at the end. */
  #tagCopyOnWrite(store: number, map: number, _kind: string): void {
    if (this.#copyOnWrite.has(store)) return;
    this.#takeAway(map, this.#heap.wordsOf(store, map));
    this.#copyOnWrite.set(store, { map, owner: NOBODY, several: false, words: this.#heap.wordsOf(store, map) });
  }

  #share(store: number, map: number, owner: number, words: number): void {
    const shared = this.#copyOnWrite.get(store);
    if (shared === undefined) {
      this.#takeAway(map, words);
      this.#copyOnWrite.set(store, { map, owner, several: false, words });
    } else if (shared.owner === NOBODY) shared.owner = owner;
    else shared.several = true;
  }

  /** src/objects/js-array-buffer.tq: the length and the address of memory that is not V8's own. */
  #backingStore(at: number): void {
    const { memory, layout } = this.#heap;
    const store = memory.value(at + this.#backingStoreField);
    const bytes = memory.value(at + this.#byteLengthField);
    if (store === 0 || bytes === 0 || layout === undefined || this.#sharedBackingStores.has(store)) return;
    if (!mayHold(memory.image, store, bytes)) return;
    this.#sharedBackingStores.add(store);
    this.outside.count++;
    this.outside.bytes += bytes;
  }

  readonly #fieldOf = (prefix: string): number => {
    for (const [name, value] of this.#heap.layout.constants) if (name.startsWith(prefix)) return value / 8;
    return 1;
  };
  #backingStoreField = 0;
  #byteLengthField = 0;

  /** V8's `fixed_cow_array_map`: arrays of FIXED_ARRAY_TYPE with a Map of their own, which no other type has. */
  #isCopyOnWrite(map: number): boolean {
    let is = this.#copyOnWriteMaps.get(map);
    if (is === undefined) {
      const { layout, maps } = this.#heap;
      is = layout.typeNames.get(maps.type[map]) === 'FIXED_ARRAY' && map !== this.#plainArrayMap();
      this.#copyOnWriteMaps.set(map, is);
    }
    return is;
  }

  /** The Map of empty_fixed_array: the plain one. */
  #plainArrayMap(): number {
    if (this.#plainArray >= 0) return this.#plainArray;
    const { pages, layout, maps, memory } = this.#heap;
    for (const page of pages) {
      if (page.space !== READ_ONLY_SPACE) continue;
      this.#heap.eachObject(page, (at, map) => {
        if (this.#plainArray >= 0 || layout.typeNames.get(maps.type[map]) !== 'FIXED_ARRAY') return;
        if (memory.u32[2 * at + 3] === 0) this.#plainArray = map;
      });
    }
    return this.#plainArray;
  }

  #plainArray = -1;

  /** What the classifier takes for a store: no object, function or string. */
  #mayBeStore(map: number): boolean {
    const { maps } = this.#heap;
    if (map >= this.role.length || this.role[map] === NOT_MET) this.#meet(map);
    return this.role[map] === COUNT || this.role[map] === HOLDER ? maps.type[map] >= 128 : false;
  }

  #taggingOf(map: number): Tagging | undefined {
    return TAGGINGS[this.#heap.layout.typeNames.get(this.#heap.maps.type[map]) ?? ''];
  }

  #meet(map: number): void {
    if (map >= this.role.length) this.#grow(map);
    this.role[map] = this.#roleOf(map);
  }

  #roleOf(map: number): number {
    const { maps, layout } = this.#heap;
    if (this.#heap.isFree(map)) return FREE;
    const type = layout.typeNames.get(maps.type[map]) ?? '';
    if (this.#classes.isObject(map)) {
      if (type === 'JS_MAP' || type === 'JS_SET' || type === 'JS_WEAK_MAP' || type === 'JS_WEAK_SET') return COLLECTION;
      if (type === 'JS_ARRAY_BUFFER') {
        this.#backingStoreField = this.#fieldOf('class_JSArrayBuffer__backing_store__');
        this.#byteLengthField = this.#fieldOf('class_JSArrayBuffer__byte_length__');
        return ARRAY_BUFFER;
      }
      return this.#classes.namedByClass(map) && this.#classes.asksObjects(map) ? ASKED : OBJECT;
    }
    if (type === 'SYMBOL') return SYMBOL;
    const unit = isSince13(layout) ? outsideUnit(layout, maps.type[map]) : 0;
    if (unit > 0) return unit === 1 ? ONE_BYTE_OUTSIDE : TWO_BYTES_OUTSIDE;
    return TAGGINGS[type] === undefined ? COUNT : HOLDER;
  }

  #grow(map: number): void {
    const length = 2 ** Math.ceil(Math.log2(map + 2));
    const longer = <A extends Uint8Array | Float64Array>(column: A, size: number): A => {
      const grown = new (column.constructor as new (length: number) => A)(size);
      grown.set(column);
      return grown;
    };
    this.role = longer(this.role, length);
    this.count = longer(this.count, length);
    this.words = longer(this.words, length);
    this.deadCount = longer(this.deadCount, length);
    this.deadWords = longer(this.deadWords, length);
    this.storeCount = longer(this.storeCount, 3 * length);
    this.storeWords = longer(this.storeWords, 3 * length);
  }
}

/** Of a literal's elements that no array has: the owner is V8's description of the literal. */
export const NOBODY = -2;

/** One byte for each 4 KB of the image: 1 where read-only pages lie. */
function readOnlyChunks({ pages, memory }: HeapWords): Uint8Array {
  const chunks = new Uint8Array((memory.image.buffer.byteLength >>> 12) + 1);
  for (const page of pages) {
    if (page.space !== READ_ONLY_SPACE) continue;
    for (let address = page.areaStart; address < page.areaEnd; address += 4096) {
      const at = memory.wordAt(address);
      if (at >= 0) chunks[at >>> 9] = 1;
    }
    const last = memory.wordAt(page.areaEnd - 8);
    if (last >= 0) chunks[last >>> 9] = 1;
  }
  return chunks;
}
