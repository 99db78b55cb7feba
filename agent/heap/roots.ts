/** Where the program begins: the roots that its author knows, as against V8's own. */
import { EDGE_TYPE_BITS } from './columns.ts';
import { EDGE_TYPE_MASK, edgeTypes, type Graph } from './graph.ts';

/** The root's children that V8 did not make up: the global object of each realm. In the order of the root's edges. */
export function globalObjects(graph: Graph): Uint32Array {
  const { columns, root } = graph;
  const synthetic = columns.nodeTypes.indexOf('synthetic');
  const weak = edgeTypes(columns, 'weak');
  const children = columns.edgeTarget.subarray(columns.firstEdge[root], columns.firstEdge[root + 1]);
  const globals = new Set<number>();
  for (const packed of children) {
    const node = packed >>> EDGE_TYPE_BITS;
    if (((weak >>> (packed & EDGE_TYPE_MASK)) & 1) === 1) continue;
    if (columns.nodeType[node] !== synthetic) globals.add(node);
  }
  return Uint32Array.from(globals);
}
