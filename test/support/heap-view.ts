/** Sets of small snapshots drawn from one line (snapshot-text.ts). */

import { nodeSet } from '../../agent/graph/set.ts';
import { type HeapSet, heapSet, wholeHeap } from '../../agent/sets/heap-set.ts';
import { HeapView, type ViewOptions } from '../../agent/sets/view.ts';
import { graph } from './snapshot-text.ts';

/** All objects of the snapshot that `spec` describes. */
export function heapOf(spec: string, options: ViewOptions = {}): HeapSet {
  return wholeHeap(new HeapView(graph(spec), options));
}

/** The set of those nodes, by ordinal, of the snapshot that `set` is of. */
export function nodesOf(set: HeapSet, ...nodes: readonly number[]): HeapSet {
  return heapSet(set.view, nodeSet(nodes));
}
