/** What lives and no known root reaches: V8's own that have no place known here, the stack, what died since the last collection. */
import { addBit, type Bits, emptyBits, hasBit } from '../../graph/bits.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../../parse/columns.ts';
import { type EdgeList, ELEMENT, WEAK } from './edge-list.ts';

/**
 * Adds edges from the last node, which has none, to what nothing reaches: first to what nothing of that refers to, then, for
 * circles, to the first of each. Gives how many objects that is. Linear in nodes and edges.
 *
 * @param firstEdge of each node; its last entry is behind the last node's
 */
export function addOtherRoots(edges: EdgeList, firstEdge: Uint32Array, first: number): number {
  const other = firstEdge.length - 2;
  const reached = emptyBits(other + 1);
  const stack = new Uint32Array(other + 1);
  const { target, length } = edges;
  firstEdge[other] = length;
  firstEdge[other + 1] = length;
  addBit(reached, other);
  reach(0, target, firstEdge, reached, stack);
  const held = heldByUnreached(target, firstEdge, reached, first);
  let count = 0;
  for (const wanted of [false, true]) {
    for (let node = first; node < other; node++) {
      if (hasBit(reached, node) || hasBit(held, node) !== wanted) continue;
      count += reach(node, target, firstEdge, reached, stack);
      edges.add(node, ELEMENT, count);
    }
  }
  firstEdge[other + 1] = edges.length;
  return count;
}

/** Marks all that strong edges lead to from a node that is not marked yet; gives how many that is. */
function reach(from: number, target: Uint32Array, firstEdge: Uint32Array, reached: Bits, stack: Uint32Array): number {
  // what another module exports is looked up each time
  const [typeBits, typeMask, weak]: number[] = [EDGE_TYPE_BITS, EDGE_TYPE_MASK, WEAK];
  let count = 0;
  let depth = 0;
  stack[depth++] = from;
  addBit(reached, from);
  while (depth > 0) {
    const node = stack[--depth];
    count++;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const packed = target[edge];
      const to = packed >>> typeBits;
      const bit = 1 << (to & 31);
      const bits = reached[to >>> 5];
      if ((bits & bit) !== 0 || (packed & typeMask) === weak) continue;
      reached[to >>> 5] = bits | bit;
      stack[depth++] = to;
    }
  }
  return count;
}

function heldByUnreached(target: Uint32Array, firstEdge: Uint32Array, reached: Bits, first: number): Bits {
  const other = firstEdge.length - 2;
  const held = emptyBits(other + 1);
  for (let node = first; node < other; node++) {
    if (hasBit(reached, node)) continue;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      if ((target[edge] & EDGE_TYPE_MASK) !== WEAK) addBit(held, target[edge] >>> EDGE_TYPE_BITS);
    }
  }
  return held;
}
