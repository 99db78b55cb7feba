/** What is alive: all that strong edges reach, values of weak maps only with both their key and their map. */

import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { addBit, type Bits, emptyBits, hasBit } from './bits.ts';
import { firstHalf } from './ephemerons.ts';
import { edgeTypes, type Graph } from './graph.ts';

/** Stands for "no edge of this node is half of an ephemeron". */
const NO_EDGE = 0xffffffff;

export interface ReachOptions {
  /** Nodes that are taken out of the graph: never reached, and no partners to an ephemeron. */
  readonly without?: Bits;
  /** Nodes known to be alive already: not reached again, but partners to an ephemeron. */
  readonly beside?: Bits;
  /** Nodes that are reached and not passed. */
  readonly upTo?: Bits;
  /** Edges that are taken out of the graph. */
  readonly withoutEdges?: Bits;
}

/**
 * The nodes that `sources` reach, themselves included. Linear in the edges of what is reached; iterative, so that lists of
 * any length are no deeper than others. Scratch memory: 4 bytes a node.
 */
export function reach(graph: Graph, sources: Iterable<number>, options: ReachOptions = {}): Bits {
  const { columns, ephemerons } = graph;
  const { firstEdge, edgeTarget } = columns;
  const weak = edgeTypes(columns, 'weak');
  const none = emptyBits(columns.nodeCount);
  const { without = none, beside = none, upTo = none, withoutEdges } = options;
  const reached = emptyBits(columns.nodeCount);
  const stack = new Uint32Array(columns.nodeCount);
  let depth = 0;

  for (const source of sources) {
    if (hasBit(reached, source) || hasBit(without, source) || hasBit(beside, source)) continue;
    addBit(reached, source);
    stack[depth++] = source;
  }
  while (depth > 0) {
    const node = stack[--depth];
    if (hasBit(upTo, node)) continue;
    let half = hasBit(ephemerons.sources, node) ? firstHalf(ephemerons, firstEdge[node]) : -1;
    let halfEdge = half < 0 ? NO_EDGE : ephemerons.edge[half];
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const packed = edgeTarget[edge];
      if (((weak >>> (packed & EDGE_TYPE_MASK)) & 1) === 1) continue;
      if (withoutEdges !== undefined && hasBit(withoutEdges, edge)) {
        if (edge === halfEdge) halfEdge = ephemerons.edge[++half];
        continue;
      }
      if (edge === halfEdge) {
        const partner = ephemerons.partner[half];
        halfEdge = ephemerons.edge[++half];
        // the partner's own half will follow if the partner is reached later
        if (!hasBit(reached, partner) && !hasBit(beside, partner)) continue;
      }
      const target = packed >>> EDGE_TYPE_BITS;
      if (hasBit(reached, target) || hasBit(without, target) || hasBit(beside, target)) continue;
      addBit(reached, target);
      stack[depth++] = target;
    }
  }
  return reached;
}

/** What is alive: all that the root reaches. */
export function alive(graph: Graph): Bits {
  return reach(graph, [graph.root]);
}
