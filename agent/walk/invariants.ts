/**
 * What must hold of any heap if the layout is its V8's: asked before a figure is given. A layout that does not fit gives objects that
 * do not follow one another, so each of these breaks at once and not by a little.
 */
import { LayoutRefusal } from '../layout/refusal.ts';
import type { HeapWords } from './objects.ts';
import { isLarge, type Page, READ_ONLY_SPACE } from './pages.ts';

/** Pages that are walked to see whether the layout fits. */
const SAMPLE = 24;
/** A process that ran on while it was read, or was stopped in a collection, may have so much that makes no sense; not more. */
const MOST_TORN = 0.5;

/** @throws LayoutRefusal that names what does not hold */
export function refuseStrange(heap: HeapWords): void {
  const { pages, layout } = heap;
  const strange = (what: string): never => {
    throw new LayoutRefusal(`its pages are not as V8 ${layout.v8} lays them out (${what}); take a snapshot instead`);
  };
  if (pages.every(({ heap: owner }) => owner === 0)) strange('none of them belongs to an isolate');
  if (!pages.some(({ space }) => space === READ_ONLY_SPACE)) strange('none of them is read-only');
  const readOnly = pages.filter(({ space }) => space === READ_ONLY_SPACE);
  const step = Math.max(1, Math.floor(pages.length / SAMPLE));
  const sample = [...readOnly, ...pages.filter((_, index) => index % step === 0)];
  let words = 0;
  let torn = 0;
  let bits = 0;
  let marked = 0;
  for (const page of sample) {
    const found = objectsIn(heap, page);
    words += found.words;
    torn += found.torn;
    if (page.space === READ_ONLY_SPACE && found.torn > 0) strange('the read-only space has bytes that are no object');
    bits += found.bits;
    marked += found.marked;
  }
  // what is handed out while V8 marks has all of its bits set: there are more bits than objects
  if (bits > 0 && marked === 0) strange('mark bits lie on no object');
  if (torn > words * MOST_TORN) strange('objects do not follow one another');
}

interface PageTally {
  readonly words: number;
  readonly torn: number;
  readonly bits: number;
  readonly marked: number;
}

function objectsIn(heap: HeapWords, page: Page): PageTally {
  let words = 0;
  let ends = 0;
  let bits = 0;
  let marked = 0;
  const { markBits } = page;
  for (const [start, end] of page.ranges) words += (end - start) / 8;
  if (markBits !== undefined) for (const group of markBits) bits += popcount(group);
  heap.eachObject(page, (_at, _map, length, dead) => {
    ends += length;
    if (markBits !== undefined && !dead) marked++;
  });
  return { words, torn: isLarge(page) ? 0 : Math.abs(words - ends), bits, marked };
}

function popcount(value: number): number {
  let count = 0;
  for (let rest = value; rest !== 0; rest &= rest - 1) count++;
  return count;
}
