/**
 * Where an edge begins, in the middle of a snapshot file: so that two threads can read `edges` at once, each from its place.
 *
 *     …,7123456\n,2,118,7654321\n,1,42,…      a comma tells where a number begins, not which number of an edge it is
 *                 ^ type < 7, to_node a node's index: so in each record from here on, and from no other number on
 *
 * Of the three numbers at which an edge could begin all but one are soon found not to be: a name is no type, a type no node.
 */
import { CLOSE_BRACKET, COMMA } from './ascii.ts';
import type { ReadAt } from './find-section.ts';
import { inputBuffer, numbersKernel } from './kernel/numbers.ts';
import type { Header } from './meta.ts';

/** Fewer records than this do not prove that it is one. */
const PROOF_RECORDS = 256;

/**
 * Offset in `bytes`, which were taken from anywhere, of the first edge that certainly begins there, or -1: also where they
 * are of another section. Whoever reads up to there finds out whether it is true.
 */
export function edgeStart(bytes: Uint8Array, { edge: layout, node, nodeCount, edgeTypes, edgeTypeOf }: Header): number {
  const text = new TextDecoder('latin1').decode(bytes);
  if (!/^[\d\s,]*$/.test(text)) return -1;
  // the first may be cut, and so the last
  const numbers = text.split(',').slice(0, -1);
  const fields = layout.fields.length;
  const typeCount = edgeTypeOf?.length ?? edgeTypes.length;
  const isEdge = (at: number): boolean => {
    const target = Number(numbers[at + layout.toNode]);
    return (
      Number(numbers[at + layout.type]) < typeCount &&
      target % node.fields.length === 0 &&
      target < nodeCount * node.fields.length
    );
  };
  const isStart = (first: number): boolean => {
    for (let at = first; at + fields <= numbers.length; at += fields) if (!isEdge(at)) return false;
    return numbers.length >= first + PROOF_RECORDS * fields;
  };
  const starts = layout.fields.map((_, field) => 1 + field).filter(isStart);
  if (starts.length !== 1) return -1;
  return numbers.slice(0, starts[0]).reduce((offset, number) => offset + number.length + 1, 0);
}

/** Reads on from where an edge begins to the end of the edges, and counts them; -1 where they do not end in a whole one. */
export function countEdgesFrom(offset: number, read: ReadAt, { edge }: Header): number {
  const kernel = numbersKernel();
  const buffer = inputBuffer();
  let commas = 0;
  for (let position = offset, length = read(buffer, offset); length > 0; length = read(buffer, position)) {
    const end = buffer.subarray(0, length).indexOf(CLOSE_BRACKET);
    const bytes = end < 0 ? length : end;
    commas += kernel?.countCommas(bytes) ?? commasIn(buffer.subarray(0, bytes));
    if (end >= 0) return (commas + 1) % edge.fields.length === 0 ? (commas + 1) / edge.fields.length : -1;
    position += length;
  }
  return -1;
}

/** For where the kernel does not run. */
export function commasIn(bytes: Uint8Array): number {
  let commas = 0;
  for (const byte of bytes) if (byte === COMMA) commas++;
  return commas;
}
