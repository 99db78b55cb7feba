/** Where the program begins: the roots that its author knows, as against V8's own. */
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { edgeTypes, type Graph } from './graph.ts';

/** A way into the heap: an edge from the graph's root to where the program begins. */
export interface Entry {
  /** Edge ordinal; from `edgeCount` on for edges that the snapshot does not have. */
  readonly edge: number;
  readonly node: number;
}

/** The root's edges to what V8 did not make up: the global object of each realm. Each node once, in the order of the edges. */
export function globalEntries(graph: Graph): Entry[] {
  const { columns, root } = graph;
  const synthetic = columns.nodeTypes.indexOf('synthetic');
  const weak = edgeTypes(columns, 'weak');
  const entries = new Map<number, Entry>();
  for (let edge = columns.firstEdge[root]; edge < columns.firstEdge[root + 1]; edge++) {
    const packed = columns.edgeTarget[edge];
    const node = packed >>> EDGE_TYPE_BITS;
    const strong = ((weak >>> (packed & EDGE_TYPE_MASK)) & 1) === 0;
    if (strong && columns.nodeType[node] !== synthetic && !entries.has(node)) entries.set(node, { edge, node });
  }
  return [...entries.values()];
}

/** Where those lead. */
export function globalObjects(graph: Graph): Uint32Array {
  return Uint32Array.from(globalEntries(graph), ({ node }) => node);
}
