/**
 * The graph of a snapshot: beside the columns, which say where edges lead, what they do there.
 *
 *     type of edge          keeps its target alive
 *     weak                  no
 *     half of an ephemeron  while its partner lives too (ephemerons.ts)
 *     every other           yes
 *
 * Two kinds of edge keep alive but say nothing new: `shortcut` edges other than the root's (a bound function's arguments,
 * which its array of bindings holds) and the copies in backing stores of what the owner's own edges say (copies.ts).
 */
import type { Columns } from '../parse/columns.ts';
import { type Ephemerons, ephemeronsOf } from './ephemerons.ts';

export interface Graph {
  readonly columns: Columns;
  /** The node that everything hangs from; V8's is 0, a synthetic node without a name. */
  readonly root: number;
  readonly ephemerons: Ephemerons;
}

/** The graph of a snapshot, seen from V8's root. Linear in nodes and edges. */
export function graphOf(columns: Columns): Graph {
  return { columns, root: 0, ephemerons: ephemeronsOf(columns) };
}

/** The same graph with another node as its root: what that node does not reach is not alive. */
export function rootedAt(graph: Graph, root: number): Graph {
  return { ...graph, root };
}

/**
 * A bit for each edge type among `names`, to be tested with `(types >>> type) & 1`; names that the snapshot does not know
 * have none.
 */
export function edgeTypes(columns: Columns, ...names: readonly string[]): number {
  return names.reduce((types, name) => {
    const type = columns.edgeTypes.indexOf(name);
    return type < 0 ? types : types | (1 << type);
  }, 0);
}
