/** What the members of a set retain together: each byte once, also where one of them dominates another. Linear in nodes. */
import { addBit, bitsOf, emptyBits, hasBit } from '../graph/bits.ts';
import type { Facts } from './facts.ts';

export function together(facts: Facts, nodes: Iterable<number>): number {
  const { nodeCount } = facts.columns;
  const { dominator, order } = facts.heap.dominators;
  const { retained } = facts;
  const set = bitsOf(nodes, nodeCount);
  const below = emptyBits(nodeCount);
  let bytes = 0;
  for (let at = 1; at < order.length; at++) {
    const node = order[at]!;
    const above = dominator[node]!;
    if (hasBit(below, above) || hasBit(set, above)) addBit(below, node);
    else if (hasBit(set, node)) bytes += retained[node]!;
  }
  return bytes;
}
