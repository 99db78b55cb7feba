/**
 * What DevTools takes for the program's: as we do what the global objects reach, but also what a table of a WeakMap alone leads
 * to, though the key is not of the program. Edges from elsewhere into it do not count, so what V8's own roots hold as well is
 * "unreachable" there and hangs from the root. Node 18 has such: the hole, key and value of an empty place of a table.
 */

import { type Dominators, dominators } from '../../agent/graph/dominators.ts';
import { edgeTypes, type Graph } from '../../agent/graph/graph.ts';
import { globalObjects } from '../../agent/graph/roots.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../../agent/parse/columns.ts';

export interface TheirTree extends Dominators {
  /** Nodes that are of the program there and not with us. */
  readonly more: number;
}

/** Our tree where the program is what they take for it. */
export function theirTree(graph: Graph): TheirTree {
  const { columns, ephemerons } = graph;
  const halves = new Set(ephemerons.edge.filter((_, at) => ephemerons.fromTable[at] === 1));
  const ours = reached(graph, (edge) => !halves.has(edge));
  const theirs = reached(graph, () => true);
  const more = theirs.reduce((sum, is, node) => sum + (is > 0 && ours[node] === 0 ? 1 : 0), 0);
  if (more === 0) return { ...dominators(graph), more };
  const weak = columns.edgeTypes.indexOf('weak');
  const edgeTarget = columns.edgeTarget.slice();
  for (let node = 0; node < columns.nodeCount; node++) {
    if (node === graph.root || theirs[node] > 0) continue;
    for (let edge = columns.firstEdge[node]; edge < columns.firstEdge[node + 1]; edge++) {
      const target = edgeTarget[edge] >>> EDGE_TYPE_BITS;
      if (theirs[target] > 0) edgeTarget[edge] = (target << EDGE_TYPE_BITS) | weak;
    }
  }
  return { ...dominators({ ...graph, columns: { ...columns, edgeTarget } }, 'whole'), more };
}

/** A one for each node that the global objects reach by strong edges which `counts` lets pass. */
function reached(graph: Graph, counts: (edge: number) => boolean): Uint8Array {
  const { firstEdge, edgeTarget, nodeCount } = graph.columns;
  const skipped = edgeTypes(graph.columns, 'weak', 'shortcut');
  const found = new Uint8Array(nodeCount);
  const pending = [...globalObjects(graph)];
  for (const node of pending) found[node] = 1;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const target = edgeTarget[edge] >>> EDGE_TYPE_BITS;
      if (found[target] > 0 || ((skipped >>> (edgeTarget[edge] & EDGE_TYPE_MASK)) & 1) === 1 || !counts(edge)) continue;
      found[target] = 1;
      pending.push(target);
    }
  }
  return found;
}
