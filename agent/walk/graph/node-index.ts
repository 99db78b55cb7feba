/**
 * The objects of a walked heap as nodes: ordinals in the order of their addresses.
 *
 *     node      synthetic ones | first | ... | end - 1 | memory of ArrayBuffers | what nothing known holds
 *     at                         word    ...   word      (no words of V8's pages)
 *
 * From a word to its node, for each 32 words of the image:
 *
 *     groups    | bits: an object begins here | those that an edge may lead to | objects before this group |
 *
 * Columns are as long as there could be objects: what is not written takes no memory.
 */
import { LARGE_SIZE } from '../../parse/columns.ts';
import type { HeapWords } from '../objects.ts';
import type { Page } from '../pages.ts';

/** Numbers of a group. */
const GROUP = 3;
/** An object has at least so many words; shorter ones fill holes. */
const LEAST_WORDS = 2;

export class NodeIndex {
  /** The node of the first object. */
  readonly first: number;
  /** The node behind that of the last object. */
  readonly end: number;
  /** Word of each object, ascending, by its node. */
  readonly at: Uint32Array;
  /** Number of each object's Map, by its node. */
  readonly map: Uint32Array;
  /** Bytes of each object, by its node, as columns have them; with room for those that are no objects. */
  readonly selfSize: Uint16Array;
  readonly largeSizes: Map<number, number>;
  /** Nodes from `readOnly[0]` to before `readOnly[1]`, ... lie in the read-only space. */
  readonly readOnly: readonly (readonly [number, number])[];
  /** Bytes of the objects that are not read-only. */
  readonly usedBytes: number;
  readonly #heap: HeapWords;
  readonly #groups: Uint32Array;

  /** @param pages those of one isolate and the read-only ones, ascending; @param first the node of the first object */
  constructor(heap: HeapWords, pages: readonly Page[], first: number) {
    const mostNodes = first + Math.ceil(heap.memory.u32.length / 2 / LEAST_WORDS) + 2;
    const [at, map] = [new Uint32Array(mostNodes), new Uint32Array(mostNodes)];
    const sizes = new Uint16Array(mostNodes);
    const readOnly: [number, number][] = [];
    const free = new FreeMaps(heap);
    this.largeSizes = new Map();
    this.usedBytes = 0;
    let node = first;
    for (const page of pages) {
      const from = node;
      let words = 0;
      heap.eachObject(page, (word, number, length, dead) => {
        if (dead || length === 0 || free.has(number)) return;
        at[node] = word;
        map[node] = number;
        sizes[node] = 8 * length < LARGE_SIZE ? 8 * length : this.#large(node, 8 * length);
        words += length;
        node++;
      });
      if (page.heap === 0) readOnly.push([from, node]);
      else this.usedBytes += 8 * words;
    }
    this.first = first;
    this.end = node;
    this.at = at.subarray(0, node);
    this.map = map.subarray(0, node);
    this.selfSize = sizes;
    this.readOnly = readOnly;
    this.#heap = heap;
    this.#groups = this.#grouped();
  }

  /** How many words an object has. */
  wordsOf(node: number): number {
    const bytes = this.selfSize[node];
    return (bytes === LARGE_SIZE ? (this.largeSizes.get(node) ?? bytes) : bytes) / 8;
  }

  /** The node of the object that begins at that word; -1 if none does. */
  nodeAt(word: number): number {
    if (word < 0) return -1;
    const group = GROUP * (word >>> 5);
    const bit = 1 << (word & 31);
    const groups = this.#groups;
    return (groups[group] & bit) === 0 ? -1 : groups[group + 2] + bitsIn(groups[group] & (bit - 1));
  }

  /** The same of those that an edge may lead to. */
  endAt(word: number): number {
    if (word < 0) return -1;
    const group = GROUP * (word >>> 5);
    const bit = 1 << (word & 31);
    const groups = this.#groups;
    return (groups[group + 1] & bit) === 0 ? -1 : groups[group + 2] + bitsIn(groups[group] & (bit - 1));
  }

  /** Where the tagged pointer in word `word` of the image leads; -1: a Smi, an oddball, nothing of the walk. */
  target(word: number): number {
    return this.endAt(this.#heap.memory.target(word));
  }

  #large(node: number, bytes: number): number {
    this.largeSizes.set(node, bytes);
    return LARGE_SIZE;
  }

  /** V8's empty arrays: a snapshot has no edges to them either (IsEssentialObject, src/profiler/heap-snapshot-generator.cc). */
  *#empty(): Generator<number> {
    const { memory, maps, layout } = this.#heap;
    for (const [from, to] of this.readOnly) {
      for (let node = from; node < to; node++) {
        const isEmpty = memory.u32[2 * this.at[node] + 3] === 0;
        if (isEmpty && EMPTY_TYPES.has(layout.typeNames.get(maps.type[this.map[node]]) ?? '')) yield node;
      }
    }
  }

  #grouped(): Uint32Array {
    const groups = new Uint32Array(GROUP * (((this.#heap.memory.u32.length / 2) >>> 5) + 1));
    const isOddball = oddballMaps(this.#heap);
    const { at, map, end } = this;
    for (let node = this.first; node < end; node++) {
      const group = GROUP * (at[node] >>> 5);
      const bit = 1 << (at[node] & 31);
      groups[group] |= bit;
      if (isOddball[map[node]] === 0) groups[group + 1] |= bit;
    }
    for (const node of this.#empty()) groups[GROUP * (at[node] >>> 5) + 1] &= ~(1 << (at[node] & 31));
    for (let group = 0, before = this.first; group < groups.length; group += GROUP) {
      groups[group + 2] = before;
      before += bitsIn(groups[group]);
    }
    return groups;
  }
}

/** Of V8's own arrays, which all objects share that have none of their own. */
const EMPTY_TYPES = new Set(['FIXED_ARRAY', 'BYTE_ARRAY', 'WEAK_FIXED_ARRAY']);

/** Maps of undefined, null, true, the hole: no objects to a person, no edge leads there. */
function oddballMaps({ maps, layout }: HeapWords): Uint8Array {
  const is = new Uint8Array(maps.length);
  for (let map = 0; map < maps.length; map++) {
    const type = layout.typeNames.get(maps.type[map]);
    is[map] = Number(type === 'ODDBALL' || type === 'HOLE');
  }
  return is;
}

/** Maps whose objects are none, asked once each. */
class FreeMaps {
  readonly #heap: HeapWords;
  /** By a Map's number: 1 it is, 2 it is none. */
  #known = new Uint8Array(1 << 12);

  constructor(heap: HeapWords) {
    this.#heap = heap;
  }

  has(map: number): boolean {
    const known = this.#known[map];
    return known === 0 || known === undefined ? this.#meet(map) : known === 1;
  }

  #meet(map: number): boolean {
    if (map >= this.#known.length) {
      const known = new Uint8Array(2 * (map + 1));
      known.set(this.#known);
      this.#known = known;
    }
    const is = this.#heap.isFree(map);
    this.#known[map] = is ? 1 : 2;
    return is;
  }
}

/** How many bits of 32 are set (Hacker's Delight, 5-1). */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24) & 0xff;
}
