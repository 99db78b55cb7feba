/**
 * A classification as a part of an index, and back.
 *
 *     kindOf   Uint8, Uint16 or Uint32, by how many kinds there are: index of the kind of each node + 1; 0: in no row
 *     text     the kinds in UTF-16, which holds halves of pairs too, one after the other
 *     ends     where each ends in text, in bytes
 *
 * One with very many kinds, as by id, is not kept: to work it out takes no longer than to read it.
 */
import { type Classification, NOT_IN_SET } from '../classify/naming/classifier.ts';
import { ascending, check } from './check.ts';
import type { OpenPart, PartArrays } from './part.ts';

const MOST_KINDS = 100_000;
const MOST_TEXT_UNITS = 2 ** 25;

export function isWorthKeeping(kinds: readonly string[]): boolean {
  return kinds.length <= MOST_KINDS && kinds.reduce((sum, { length }) => sum + length, 0) <= MOST_TEXT_UNITS;
}

export function kindArrays({ kindOf, kinds }: Classification): PartArrays {
  const texts = kinds.map((kind): Uint8Array => Buffer.from(kind, 'utf16le'));
  const ends = new Uint32Array(kinds.length);
  let end = 0;
  for (const [at, { length }] of texts.entries()) ends[at] = end += length;
  return { kindOf: narrowed(kindOf, kinds.length), text: texts.length > 0 ? texts : new Uint8Array(0), ends };
}

function narrowed(kindOf: Uint32Array, kinds: number): Uint8Array | Uint16Array | Uint32Array {
  const length = kindOf.length;
  const narrow =
    kinds < 2 ** 8 ? new Uint8Array(length) : kinds < 2 ** 16 ? new Uint16Array(length) : new Uint32Array(length);
  // NOT_IN_SET + 1 is 0 in 32 bits
  for (let node = 0; node < length; node++) narrow[node] = kindOf[node]! + 1;
  return narrow;
}

/** @throws IndexFault */
export function readKinds(part: OpenPart, by: string, nodeCount: number): Classification {
  check((part.facts as { by?: unknown }).by === by, 'it is by another classifier');
  const ends = part.read('ends', 'u32');
  const text = part.read('text', 'u8');
  check(ascending(ends) && (ends.at(-1) ?? 0) === text.length, 'its kinds do not follow each other');
  const type = part.typeOf('kindOf');
  check(type !== 'f64', 'its kinds are no numbers');
  const narrow = part.read('kindOf', type as 'u8' | 'u16' | 'u32', nodeCount);
  const kindOf = new Uint32Array(nodeCount);
  let largest = 0;
  for (let node = 0; node < nodeCount; node++) {
    const kind = narrow[node]!;
    if (kind > largest) largest = kind;
    kindOf[node] = kind === 0 ? NOT_IN_SET : kind - 1;
  }
  check(largest <= ends.length, 'a kind is none of its kinds');
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const kinds = Array.from(ends, (end, at) => bytes.toString('utf16le', at === 0 ? 0 : ends[at - 1], end));
  return { kindOf, kinds };
}
