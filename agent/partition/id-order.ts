/** Nodes in the order of their ids. */

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/** `nodes` by ascending id, where `ids` has the id of each node; a radix sort of two passes, so linear. Gives a new array. */
export function orderedById(nodes: Uint32Array, ids: Uint32Array): Uint32Array {
  return sortedByDigit(sortedByDigit(nodes, ids, 0), ids, DIGIT_BITS);
}

/** Sorts by one digit, and leaves nodes of one digit in their order. */
function sortedByDigit(nodes: Uint32Array, ids: Uint32Array, shift: number): Uint32Array {
  const next = new Uint32Array(DIGITS + 1);
  for (const node of nodes) next[((ids[node]! >>> shift) & (DIGITS - 1)) + 1]!++;
  for (let digit = 0; digit < DIGITS; digit++) next[digit + 1]! += next[digit]!;
  const sorted = new Uint32Array(nodes.length);
  for (const node of nodes) sorted[next[(ids[node]! >>> shift) & (DIGITS - 1)]!++] = node;
  return sorted;
}
