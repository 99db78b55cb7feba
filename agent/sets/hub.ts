/**
 * Where most of a set hang together: of strings those in one list that grows, not the thousands that V8 has anyway.
 *
 *     module ── lines ── store ─┬─ string          the store has a child for each of 3,000 of them,
 *                               ├─ string          no other node has as many
 *                               └─ …
 *     global ── … ─┬─ string
 *                  └─ …
 *
 * By the dominator tree, in one pass up from the set.
 */
import { type NodeSet, nodeSet } from '../graph/set.ts';
import { type HeapSet, heapSet } from './heap-set.ts';

/** Fewer that hang together are no crowd. */
const LEAST = 10;
/** Nor is a smaller share of the set. */
const LEAST_RATIO = 0.1;

/** Those of a set that hang on one node, each by a way of its own from there; the whole set where they are scattered. */
export function crowdOf(set: HeapSet): HeapSet {
  const { view, nodes, er } = set;
  const hub = hubOf(set);
  if (hub === undefined) return set;
  const { dominator, order } = view.heap.dominators;
  const isBelow = new Uint8Array(dominator.length);
  // each comes after its dominator
  for (const node of order) if (node === hub || isBelow[dominator[node]!] === 1) isBelow[node] = 1;
  return heapSet(view, nodeSet(nodes.filter((node) => isBelow[node] === 1)), er);
}

/** The node of the program with the most children that have some of the set below them, or are of it. */
function hubOf({ view, nodes }: HeapSet): number | undefined {
  const { columns, dominators } = view.heap;
  const synthetic = columns.nodeTypes.indexOf('synthetic');
  const widths = widthsOf(nodes, dominators.dominator);
  let hub: number | undefined;
  let most = Math.max(LEAST, nodes.length * LEAST_RATIO) - 1;
  for (const [node, width] of widths.entries()) {
    if (width <= most || columns.nodeType[node] === synthetic) continue;
    hub = node;
    most = width;
  }
  return hub;
}

function widthsOf(nodes: NodeSet, dominator: Uint32Array): Uint32Array {
  const widths = new Uint32Array(dominator.length);
  const isSeen = new Uint8Array(dominator.length);
  for (const node of nodes) {
    for (let at = node; isSeen[at] === 0 && dominator[at] !== at; at = dominator[at]!) {
      isSeen[at] = 1;
      widths[dominator[at]!]!++;
    }
  }
  return widths;
}
