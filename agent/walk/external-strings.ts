/** Characters of strings that lie outside V8's pages. */
import type { Layout } from '../layout/layout.ts';
import type { MemoryWords } from './memory-words.ts';

/** Since V8 13 what all isolates share has size 0 in a snapshot, and characters outside are counted. */
export function isSince13({ v8 }: Layout): boolean {
  return Number.parseInt(v8, 10) >= 13;
}

/** Bytes of a character that objects of an instance type have outside; 0: they are no external strings. */
export function outsideUnit({ typeNames }: Layout, type: number): number {
  const name = typeNames.get(type) ?? '';
  if (!/EXTERNAL.*STRING$/.test(name)) return 0;
  return name.includes('ONE_BYTE') ? 1 : 2;
}

/** V8's longest string (String::kMaxLength). */
const MOST_CHARACTERS = 2 ** 29;

/** What the external string at word `at` has outside; 0 for a length that no string has. */
export function outsideStringBytes({ u32 }: MemoryWords, at: number, unit: number): number {
  const length = u32[2 * at + 3];
  return length < MOST_CHARACTERS ? unit * length : 0;
}
