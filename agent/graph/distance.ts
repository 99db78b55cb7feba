/**
 * How far each node is from the program's roots, as Chrome DevTools counts it (HeapSnapshot.ts, `calculateDistances`).
 *
 * The root's children that V8 did not make up, the global objects, are at 1; what only V8's own roots reach counts from
 * SYSTEM_DISTANCE. The value of a weak map is one further than the farther of key and table. One edge of V8's own is not
 * followed, since it would lead to every function from everywhere: a realm's `sloppy_function_map`.
 */

import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { hasBit } from './bits.ts';
import { firstHalf } from './ephemerons.ts';
import { edgeTypes, type Graph } from './graph.ts';
import { globalObjects } from './roots.ts';

/** Distance of the root where there are global objects. */
export const SYSTEM_DISTANCE = 100_000_000;
/** Distance of what no strong edge leads to. */
export const NO_DISTANCE = -1;

const NO_EDGE = 0xffffffff;

/** The distance of each node. Linear. */
export function distances(graph: Graph): Int32Array {
  const { nodeCount } = graph.columns;
  const distance = new Int32Array(nodeCount).fill(NO_DISTANCE);
  const queue = new Uint32Array(nodeCount);
  const ignored = sloppyFunctionMaps(graph.columns);
  const globals = globalObjects(graph);

  queue.set(globals);
  for (const node of globals) distance[node] = 1;
  spread(graph, distance, queue, globals.length, ignored);

  if (distance[graph.root] === NO_DISTANCE) {
    distance[graph.root] = globals.length > 0 ? SYSTEM_DISTANCE : 0;
    queue[0] = graph.root;
    spread(graph, distance, queue, 1, ignored);
  }
  return distance;
}

/** Edges of that name, by the node they leave: a realm's context. */
function sloppyFunctionMaps({
  nodeCount,
  nodeTypes,
  nodeType,
  nodeName,
  firstEdge,
  edgeName,
  strings,
}: Columns): Map<number, number> {
  const edges = new Map<number, number>();
  const [context, map] = [strings.find('system / NativeContext'), strings.find('sloppy_function_map')];
  const hidden = nodeTypes.indexOf('hidden');
  if (context < 0 || map < 0) return edges;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeName[node] !== context || nodeType[node] !== hidden) continue;
    const edge = edgeName.subarray(firstEdge[node], firstEdge[node + 1]).indexOf(map);
    if (edge >= 0) edges.set(node, firstEdge[node] + edge);
  }
  return edges;
}

/** Goes on from the first `length` nodes of `queue`, level by level, to all that have no distance yet. */
function spread(
  graph: Graph,
  distance: Int32Array,
  queue: Uint32Array,
  length: number,
  ignored: ReadonlyMap<number, number>,
): void {
  const { columns, ephemerons } = graph;
  const { nodeType, firstEdge, edgeTarget } = columns;
  const hidden = columns.nodeTypes.indexOf('hidden');
  const weak = edgeTypes(columns, 'weak');
  let end = length;
  for (let i = 0; i < end; i++) {
    const node = queue[i];
    const next = distance[node] + 1;
    const ignoredEdge = nodeType[node] === hidden ? ignored.get(node) : undefined;
    let half = hasBit(ephemerons.sources, node) ? firstHalf(ephemerons, firstEdge[node]) : -1;
    let halfEdge = half < 0 ? NO_EDGE : ephemerons.edge[half];
    for (let edge = firstEdge[node], last = firstEdge[node + 1]; edge < last; edge++) {
      const packed = edgeTarget[edge];
      if (((weak >>> (packed & EDGE_TYPE_MASK)) & 1) === 1) continue;
      if (edge === halfEdge) {
        const partner = distance[ephemerons.partner[half]];
        halfEdge = ephemerons.edge[++half];
        // from the farther of the two; a partner that comes later brings its own half
        if (partner === NO_DISTANCE || partner >= next) continue;
      }
      const target = packed >>> EDGE_TYPE_BITS;
      if (distance[target] !== NO_DISTANCE || edge === ignoredEdge) continue;
      distance[target] = next;
      queue[end++] = target;
    }
  }
}
