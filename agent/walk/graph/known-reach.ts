/** In a walked graph: what only the root holds from which all hangs that no known root reaches, garbage first of all. */
import { type Bits, bitsOf } from '../../graph/bits.ts';
import type { Heap } from '../../graph/heap.ts';
import { reach } from '../../graph/reach.ts';
import type { Columns } from '../../parse/columns.ts';
import { OTHER_ROOTS } from './known-roots.ts';

/** Its node; none in a snapshot. */
export function otherRoots({ nodeCount, nodeName, nodeType, nodeTypes, strings }: Columns): number[] {
  const name = strings.find(OTHER_ROOTS);
  const synthetic = nodeTypes.indexOf('synthetic');
  const roots: number[] = [];
  for (let node = 0; node < nodeCount && name >= 0; node++) {
    if (nodeName[node] === name && nodeType[node] === synthetic) roots.push(node);
  }
  return roots;
}

/** What the known roots reach; undefined in a snapshot, where all that is there is alive. */
export function reachOfKnownRoots({ columns, graph }: Heap): Bits | undefined {
  const others = otherRoots(columns);
  if (others.length === 0) return undefined;
  return reach(graph, [graph.root], { without: bitsOf(others, columns.nodeCount) });
}
