/**
 * Sets of nodes: their ordinals, ascending, each once.
 *
 * Four bytes a member, whatever the heap. A bit a node would be an eighth of a byte, but of every node: two megabytes for a
 * set of ten objects in a large heap, and gigabytes for a partition into ten thousand kinds, whose sets as lists are never
 * more than the heap together. Ascending, so that going over a set goes over the columns in order, and two sets are equal
 * just if their lists are. Traversals turn sets into bits (bits.ts) while they run.
 */
import { firstNotBelow } from '../base/bisect.ts';
import { type Columns, selfSizeOf } from '../parse/columns.ts';

export type NodeSet = Uint32Array;

/** Where one set is this many times smaller, looking its members up beats going through both. */
const LOPSIDED = 16;

/** The set of `nodes`, which may come in any order and more than once. */
export function nodeSet(nodes: Iterable<number>): NodeSet {
  const sorted = Uint32Array.from(nodes).sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[length++] = sorted[i];
  }
  return sorted.slice(0, length);
}

/** Logarithmic. */
export function includes(set: NodeSet, node: number): boolean {
  return set[firstNotBelow(set, node)] === node;
}

export function union(a: NodeSet, b: NodeSet): NodeSet {
  return merge(a, b, { onlyA: true, onlyB: true, both: true });
}

export function intersection(a: NodeSet, b: NodeSet): NodeSet {
  if (isLopsided(a, b)) return a.filter((node) => includes(b, node));
  if (isLopsided(b, a)) return b.filter((node) => includes(a, node));
  return merge(a, b, { onlyA: false, onlyB: false, both: true });
}

export function difference(a: NodeSet, b: NodeSet): NodeSet {
  if (isLopsided(a, b)) return a.filter((node) => !includes(b, node));
  return merge(a, b, { onlyA: true, onlyB: false, both: false });
}

export function symmetricDifference(a: NodeSet, b: NodeSet): NodeSet {
  return merge(a, b, { onlyA: true, onlyB: true, both: false });
}

export function isSubsetOf(a: NodeSet, b: NodeSet): boolean {
  if (a.length > b.length) return false;
  if (isLopsided(a, b)) return a.every((node) => includes(b, node));
  let j = 0;
  for (let i = 0; i < a.length; i++, j++) {
    while (b[j] < a[i]) j++;
    if (b[j] !== a[i]) return false;
  }
  return true;
}

export function isDisjointFrom(a: NodeSet, b: NodeSet): boolean {
  if (isLopsided(a, b)) return a.every((node) => !includes(b, node));
  if (isLopsided(b, a)) return b.every((node) => !includes(a, node));
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) return false;
    if (a[i] < b[j]) i++;
    else j++;
  }
  return true;
}

export function equals(a: NodeSet, b: NodeSet): boolean {
  return a.length === b.length && a.every((node, i) => node === b[i]);
}

/** Sum of the members' self sizes in bytes. */
export function sizeOf(columns: Columns, set: NodeSet): number {
  let size = 0;
  for (let i = 0; i < set.length; i++) size += selfSizeOf(columns, set[i]);
  return size;
}

function isLopsided(small: NodeSet, large: NodeSet): boolean {
  return small.length * LOPSIDED < large.length;
}

/** Goes through both at once and keeps what is asked for. */
function merge(a: NodeSet, b: NodeSet, keep: { onlyA: boolean; onlyB: boolean; both: boolean }): NodeSet {
  const { onlyA, onlyB, both } = keep;
  const merged = new Uint32Array((onlyA || both ? a.length : 0) + (onlyB ? b.length : 0));
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [fromA, fromB] = [a[i], b[j]];
    if (fromA === fromB) {
      if (both) merged[length++] = fromA;
      i++;
      j++;
    } else if (fromA < fromB) {
      if (onlyA) merged[length++] = fromA;
      i++;
    } else {
      if (onlyB) merged[length++] = fromB;
      j++;
    }
  }
  if (onlyA) for (; i < a.length; i++) merged[length++] = a[i];
  if (onlyB) for (; j < b.length; j++) merged[length++] = b[j];
  return merged.slice(0, length);
}
