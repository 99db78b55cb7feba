/**
 * What V8 itself holds: the Isolate's own words, handles that C++ made for good (`v8::Global`) and for the moment (`v8::Local`).
 *
 * None of it is asked by an offset that could be another one in the next build. The Isolate is found by what points back to it:
 *
 *     Isolate   ... --> GlobalHandles { isolate, regular nodes --> NodeSpace { GlobalHandles, first block --> NodeBlock } }
 *                   --> HandleScopeImplementer { isolate, blocks { data --> block, ... } }
 *     NodeBlock     256 times { object, class id, index, state, ... } next block
 *
 * (src/handles/global-handles.cc, src/api/api.h.) All is read through `image.outside`: while the process is stopped.
 */
import type { MemoryImage } from '../../memory/image.ts';
import { wordsOutside } from '../outside.ts';
import type { Page } from '../pages.ts';

/** V8's Heap lies in its Isolate: so many bytes before and behind it belong to that. */
const BEFORE_HEAP = 1 << 17;
const BEHIND_HEAP = 1 << 15;
const PIECE = 1 << 12;
const NODES = 256;
const NODE_WORDS = [4, 3] as const;
/** A process with more handles than that in blocks of 256 has a leak that other tools find. */
const MOST_BLOCKS = 1 << 16;
/** Words of a block of local handles (src/handles/handles.h, kHandleBlockSize). */
const LOCAL_BLOCK_WORDS = 1022;
const MOST_LOCAL_BLOCKS = 1 << 10;
const STRONG = 1;
const WEAK = 2;

/** Tagged addresses that may be objects; who takes them checks that one begins there. */
export interface Handles {
  /** Words of the Isolate. */
  readonly isolate: readonly number[];
  readonly global: readonly number[];
  /** Handles that let their object die. */
  readonly weak: readonly number[];
  readonly local: readonly number[];
}

/** Heaps of the isolates among the pages, the main one first. */
export function isolateHeaps(pages: readonly Page[]): number[] {
  const isolateOf = new Map<number, number>();
  for (const { heap, isolate } of pages) if (heap !== 0) isolateOf.set(heap, isolate);
  return [...isolateOf].sort(([, a], [, b]) => a - b).map(([heap]) => heap);
}

/** The handles of one isolate: to be read while the process is stopped. @throws RangeError for one that there is not */
export function handlesIn(image: MemoryImage, pages: readonly Page[], isolate: number): Handles {
  const heap = isolateHeaps(pages)[isolate];
  if (heap === undefined)
    throw new RangeError(`Cannot walk isolate ${isolate + 1}: there are ${isolateHeaps(pages).length}`);
  return handlesOf(image, heap);
}

/** The handles of the Isolate around the Heap at `heap`. What cannot be found is empty. */
export function handlesOf(image: MemoryImage, heap: number): Handles {
  const words = wordsAround(image, heap);
  const global: number[] = [];
  const weak: number[] = [];
  const local: number[] = [];
  for (const says of candidates(image, heap, words)) {
    const fields = wordsOutside(image, says, 4)?.slice(1);
    if (fields === undefined) continue;
    // V8 10 has a word more before its nodes
    const space = fields.slice(0, 2).find((field) => wordsOutside(image, field, 1)?.[0] === says);
    if (space === undefined) readLocals(image, fields, local);
    else readNodes(image, space, global, weak);
  }
  return { isolate: words.filter((word) => (word & 3) === 1), global, weak, local };
}

function wordsAround(image: MemoryImage, heap: number): number[] {
  const words: number[] = [];
  for (let address = heap - BEFORE_HEAP; address < heap + BEHIND_HEAP; address += PIECE) {
    const piece = wordsOutside(image, address, PIECE / 8) ?? new Array<number>(PIECE / 8).fill(0);
    for (const word of piece) words.push(word);
  }
  return words;
}

/**
 * Pointers in the Isolate, behind its Heap, to objects whose first word points back into the Isolate, to one and the same address.
 * Each is looked at while the process is stopped: only what malloc can have given is.
 */
function candidates(image: MemoryImage, heap: number, words: readonly number[]): Iterable<number> {
  const found = new Map<number, Set<number>>();
  for (const word of new Set(words.slice(BEFORE_HEAP / 8))) {
    if (word % 16 !== 0 || word < 2 ** 16 || word >= 2 ** 47) continue;
    const [back] = wordsOutside(image, word, 1) ?? [];
    if (back === undefined || back % 8 !== 0 || back > heap || back < heap - BEFORE_HEAP) continue;
    const says = found.get(back) ?? new Set();
    found.set(back, says.add(word));
  }
  // the Isolate is what most of them point back to
  return [...found.values()].sort((a, b) => b.size - a.size)[0] ?? [];
}

function readNodes(image: MemoryImage, space: number, global: number[], weak: number[]): void {
  // NodeSpace { GlobalHandles, first block, ... }
  const [, first] = wordsOutside(image, space, 2) ?? [];
  const size = NODE_WORDS.find((words) => isBlock(image, first ?? 0, words, space));
  if (first === undefined || size === undefined) return;
  let block = first;
  for (let count = 0; block > 0 && count < MOST_BLOCKS; count++) {
    const words = wordsOutside(image, block, NODES * size + 1);
    if (words === undefined) return;
    for (let node = 0; node < NODES; node++) {
      const object = words[node * size];
      // class id (2 bytes), index (1), flags (1): the state is the lowest two bits of those
      const state = Math.floor(words[node * size + 1] / 2 ** 24) & 3;
      if ((object & 3) !== 1) continue;
      if (state === STRONG) global.push(object);
      else if (state === WEAK) weak.push(object);
    }
    block = words[NODES * size];
  }
}

/** Behind its nodes a block says: next block, GlobalHandles, space. */
function isBlock(image: MemoryImage, block: number, words: number, space: number): boolean {
  const [, , own] = wordsOutside(image, block + NODES * words * 8, 3) ?? [];
  return own === space;
}

/** HandleScopeImplementer { isolate, blocks: { data, capacity or size, size or capacity } }. */
function readLocals(image: MemoryImage, [data = 0, one = 0, other = 0]: readonly number[], local: number[]): void {
  const size = Math.min(one, other);
  if (size < 1 || Math.max(one, other) > MOST_LOCAL_BLOCKS) return;
  for (const block of wordsOutside(image, data, size) ?? []) {
    for (const word of wordsOutside(image, block, LOCAL_BLOCK_WORDS) ?? []) if ((word & 3) === 1) local.push(word);
  }
}
