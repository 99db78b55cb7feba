/**
 * The graph backwards: who refers to each node.
 *
 *     firstReferrer  Uint32   nodeCount + 1 entries: those of node n are firstReferrer[n] to firstReferrer[n + 1] - 1
 *     referrer       Uint32   source ordinal << 3 | index into edgeTypes, ascending for each node
 *
 * An entry an edge, so that two properties with one value are two. Left out are weak edges, edges of what is not alive,
 * and the copies that stores have of their owner's values (copies.ts). Both arrays may be transferred between threads.
 */

import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { addBit, type Bits, emptyBits, hasBit, membersOf } from './bits.ts';
import { copiesOf } from './copies.ts';
import { edgeTypes, type Graph } from './graph.ts';
import { type NodeSet, nodeSet } from './set.ts';

export interface Referrers {
  readonly firstReferrer: Uint32Array;
  readonly referrer: Uint32Array;
}

/**
 * Turns the graph round. `living` says what is alive (reach.ts). Linear; 4 bytes a node and an edge, and of scratch 5 bytes
 * a node and a bit an edge.
 */
export function referrersOf(graph: Graph, living: Bits): Referrers {
  const { columns } = graph;
  const { nodeCount, firstEdge, edgeTarget } = columns;
  const ignored = ignoredEdges(graph, living);
  const firstReferrer = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < columns.edgeCount; edge++) {
    if (!hasBit(ignored, edge)) firstReferrer[edgeTarget[edge] >>> EDGE_TYPE_BITS]++;
  }
  // each entry becomes the end of its node's list; filling from the end makes it the start
  let total = 0;
  for (let node = 0; node <= nodeCount; node++) {
    total += firstReferrer[node];
    firstReferrer[node] = total;
  }
  const referrer = new Uint32Array(total);
  for (let node = nodeCount - 1; node >= 0; node--) {
    for (let edge = firstEdge[node + 1] - 1, first = firstEdge[node]; edge >= first; edge--) {
      if (hasBit(ignored, edge)) continue;
      const packed = edgeTarget[edge];
      referrer[--firstReferrer[packed >>> EDGE_TYPE_BITS]] = (node << EDGE_TYPE_BITS) | (packed & EDGE_TYPE_MASK);
    }
  }
  return { firstReferrer, referrer };
}

/** The edges that make no referrer, one bit each: copies, weak edges, and edges of the dead. */
export function ignoredEdges({ columns }: Graph, living: Bits): Bits {
  const { nodeCount, firstEdge, edgeTarget } = columns;
  const weak = columns.edgeTypes.indexOf('weak');
  const ignored = copiesOf(columns);
  for (let node = 0; node < nodeCount; node++) {
    const dead = !hasBit(living, node);
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      if (dead || (edgeTarget[edge] & EDGE_TYPE_MASK) === weak) addBit(ignored, edge);
    }
  }
  return ignored;
}

/** The nodes that refer to any of `set`. Linear in the references; where those are many, in the heap's nodes at a bit each. */
export function referrersOfSet({ firstReferrer, referrer }: Referrers, set: NodeSet): NodeSet {
  const found = new Found(firstReferrer.length - 1, spanOf(firstReferrer, set));
  for (let i = 0; i < set.length; i++) {
    for (let k = firstReferrer[set[i]], end = firstReferrer[set[i] + 1]; k < end; k++) {
      found.add(referrer[k] >>> EDGE_TYPE_BITS);
    }
  }
  return found.set();
}

/** The nodes that any of `set` keeps alive directly. */
export function referentsOfSet({ columns }: Graph, set: NodeSet): NodeSet {
  const { nodeCount, firstEdge, edgeTarget } = columns;
  const weak = edgeTypes(columns, 'weak');
  const found = new Found(nodeCount, spanOf(firstEdge, set));
  for (let i = 0; i < set.length; i++) {
    for (let edge = firstEdge[set[i]], end = firstEdge[set[i] + 1]; edge < end; edge++) {
      const packed = edgeTarget[edge];
      if (((weak >>> (packed & EDGE_TYPE_MASK)) & 1) === 0) found.add(packed >>> EDGE_TYPE_BITS);
    }
  }
  return found.set();
}

/** How many entries the nodes of a set have. */
function spanOf(first: Uint32Array, set: NodeSet): number {
  let entries = 0;
  for (let i = 0; i < set.length; i++) entries += first[set[i] + 1] - first[set[i]];
  return entries;
}

/** Nodes that are found one by one, each once or more often: in a list where few come, else as a bit each. */
class Found {
  readonly #few: Uint32Array | undefined;
  readonly #many: Bits | undefined;
  #length = 0;

  /** @param most how often `add` is called at most */
  constructor(nodeCount: number, most: number) {
    if (most < nodeCount >>> 5) this.#few = new Uint32Array(most);
    else this.#many = emptyBits(nodeCount);
  }

  add(node: number): void {
    if (this.#few) this.#few[this.#length++] = node;
    else addBit(this.#many!, node);
  }

  set(): NodeSet {
    return this.#few ? nodeSet(this.#few.subarray(0, this.#length)) : membersOf(this.#many!);
  }
}
