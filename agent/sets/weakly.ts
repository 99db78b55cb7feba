/**
 * What refers to objects that nothing holds: the shortest way to them that takes weak edges too, and by whose. They go with the
 * next collection, unless somebody takes hold of them before.
 *
 *     module cache.mjs: cache.get("a") → WeakRef.deref()      by a WeakRef
 */
import type { NodeSet } from '../graph/set.ts';
import { EDGE_TYPE_MASK } from '../parse/columns.ts';
import { searchFirst } from '../partition/path-search.ts';
import { pathText } from './path-text.ts';
import type { HeapView } from './view.ts';

export interface WeakHold {
  readonly path: string;
  /** Kind of what refers weakly, the first on the way: `WeakRef`. */
  readonly by: string;
}

/** Undefined where not even a weak way leads from the program to any of them. */
export function weakHoldOf(view: HeapView, targets: NodeSet): WeakHold | undefined {
  const { graph, columns } = view.heap;
  const steps = searchFirst(graph, targets, { entries: view.entries, weakly: true });
  if (steps === null) return undefined;
  const weak = columns.edgeTypes.indexOf('weak');
  const at = steps.edges.findIndex(
    (edge) => edge < columns.edgeCount && (columns.edgeTarget[edge] & EDGE_TYPE_MASK) === weak,
  );
  if (at < 0) return undefined;
  return { path: pathText(view, { index: 0n, ...steps }), by: view.kindText(steps.nodes[at]) };
}
