/**
 * What falls with a set: heapy's `dominos`, `domisize` and `imdom`, by walking the graph.
 *
 * A set may hold what none of its members dominates, so these are no sums over the dominator tree. A weak map's value
 * falls with its key and with its map.
 */
import { type Bits, bitsOf, membersOf } from './bits.ts';
import type { Graph } from './graph.ts';
import { reach } from './reach.ts';
import { type Referrers, referrersOfSet } from './referrers.ts';
import { difference, intersection, type NodeSet, nodeSet, sizeOf, union } from './set.ts';

/** What would no longer be alive if the nodes of `set` went, all at once: themselves included. Walks the whole heap. */
export function dominos(graph: Graph, set: NodeSet): NodeSet {
  return dominosOfEach(graph, [set])[0];
}

/** Sum of the self sizes of `dominos`, in bytes. */
export function domisize(graph: Graph, set: NodeSet): number {
  return sizeOf(graph.columns, dominos(graph, set));
}

/**
 * For each of `sets` what only it holds, if all of them are the last to hold anything: what falls when all go, less what
 * the others reach without it. Walks the heap once, and for each set what falls.
 */
export function dominosOfEach(graph: Graph, sets: readonly NodeSet[]): NodeSet[] {
  const { nodeCount } = graph.columns;
  const all = sets.reduce(union, nodeSet([]));
  const beside = reach(graph, [graph.root], { without: bitsOf(all, nodeCount) });
  return sets.map((set) => {
    const held = membersOf(reach(graph, set, { beside }));
    if (sets.length === 1) return held;
    return difference(held, membersOf(reach(graph, all, { beside, without: bitsOf(set, nodeCount) })));
  });
}

/**
 * heapy's immediate dominators: those referrers that the root reaches without passing another referrer. There may be several,
 * none of which dominates the set; for the one that does see dominators.ts.
 */
export function imdom(graph: Graph, referrers: Referrers, set: NodeSet): NodeSet {
  const holders = referrersOfSet(referrers, set);
  const upTo: Bits = bitsOf(holders, graph.columns.nodeCount);
  return intersection(holders, membersOf(reach(graph, [graph.root], { upTo })));
}
