/**
 * Where a reference pattern goes no further: at what nearly everything hangs from, so that what holds it says nothing of
 * what it holds. The counterpart of heapy's modules, types, code and frames.
 */
import type { NodeSet } from '../graph/set.ts';
import type { HeapView } from './view.ts';

const STOP_TYPES: ReadonlySet<string> = new Set(['synthetic', 'code', 'object shape', 'native']);

/** Classes of Node's that it keeps in lists of its own: what holds them says nothing of the program. */
const TIMERS: ReadonlySet<string> = new Set(['Timeout', 'Immediate', 'TimersList']);

/** Whether all of `set` are such. */
export function stops(view: HeapView, set: NodeSet): boolean {
  const { nodeType, nodeTypes } = view.heap.columns;
  const entries = new Set(view.entries.map(({ node }) => node));
  return set.every(
    (node) =>
      STOP_TYPES.has(nodeTypes[nodeType[node]]) ||
      view.moduleScopes.has(node) ||
      entries.has(node) ||
      TIMERS.has(view.names.nameOf(node)),
  );
}
