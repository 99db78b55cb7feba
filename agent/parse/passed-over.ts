/**
 * Whether what a reader passes over, between the nodes and the strings of a file, is numbers: without reading most of it.
 *
 *     ... "nodes":[...],"edges":[ ──────────── passed over ──────────── ,"strings":[...]}
 *                                   ▒▒        ▒▒        ▒▒        ▒▒     looked at, every so often
 *
 * A file that holds two snapshots has strings of the first in there, under whose numbers the names of the second stand. The
 * first one's nodes have named its string of index `maxName`: so its strings are at least that many, three bytes each, and
 * the second one's head, which follows, is text as well. A look every so many bytes is one into their midst.
 */
import type { ReadAt } from './find-section.ts';

/** Bytes of one look: a string of nothing but digits and commas that is longer would be taken for numbers. */
const LOOK_BYTES = 1 << 12;
/** Where there are few strings, so that looks are many. */
const SHORT_LOOK_BYTES = 1 << 5;
/** Bytes around it, so that no name of a section is cut. */
const MARGIN = 32;
/** Bytes of a string at least, with its quotes and the comma. */
const LEAST_STRING = 3;
/** Of a head: that of the shortest that was found is 560. */
const LEAST_HEAD = 400;

/** Of the bytes from `from` to `to`; false where a look finds anything else than arrays of numbers and names of sections. */
export function isOfNumbers(read: ReadAt, from: number, to: number, maxName: number): boolean {
  const step = LEAST_STRING * (Math.max(maxName, 0) + 1) + LEAST_HEAD;
  const look = step > 2 * LOOK_BYTES ? LOOK_BYTES : SHORT_LOOK_BYTES;
  const buffer = new Uint8Array(look + 2 * MARGIN);
  for (let at = from; at < to; at += step) {
    const begin = Math.max(from, at - MARGIN);
    const end = Math.min(to, at + look + MARGIN);
    const part = buffer.subarray(0, end - begin);
    if (read(part, begin) !== part.length) return false;
    if (!hasNumbersOnly(part, at - begin, Math.min(to, at + look) - begin)) return false;
  }
  return true;
}

const decoder = new TextDecoder('latin1');

function hasNumbersOnly(bytes: Uint8Array, from: number, to: number): boolean {
  const text = decoder.decode(bytes).replace(/"\w{1,64}":\[/g, (key) => ' '.repeat(key.length));
  return /^[\d\s,[\]-]*$/.test(text.slice(from, to));
}
