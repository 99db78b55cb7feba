/** Which edges a dominator tree is built from, in a form that its inner loops test cheaply. */
import { addBit, type Bits, emptyBits, hasBit } from './bits.ts';
import { EDGE_TYPE_BITS } from './columns.ts';
import { edgeTypes, type Graph } from './graph.ts';
import { reach } from './reach.ts';
import { globalObjects } from './roots.ts';

/**
 * `whole`: every edge that keeps something alive. `program`: what the global objects reach is seen from there only, edges
 * into it from the rest of V8 do not count; so an object that also lies in a handle or on the stack still belongs to the
 * one that holds it in the program. That is the view of Chrome DevTools.
 */
export type View = 'whole' | 'program';

export interface EssentialEdges {
  /** A bit for each type of edge that does not count. */
  readonly skipped: number;
  /** The same for edges of the root, where a shortcut marks a global object. */
  readonly skippedAtRoot: number;
  /** Further edges that do not count, ascending. */
  readonly exceptions: Uint32Array;
  /** The nodes that `exceptions` leave. */
  readonly sources: Bits;
}

/** Linear; 'program' walks the graph once more. */
export function essentialEdges(graph: Graph, view: View): EssentialEdges {
  const { columns } = graph;
  const exceptions = view === 'whole' ? tableHalves(graph) : edgesIntoProgram(graph);
  return {
    skipped: edgeTypes(columns, 'weak', 'shortcut'),
    skippedAtRoot: edgeTypes(columns, 'weak'),
    ...exceptions,
  };
}

export function isException({ exceptions }: EssentialEdges, edge: number): boolean {
  let low = 0;
  let high = exceptions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (exceptions[middle] < edge) low = middle + 1;
    else high = middle;
  }
  return exceptions[low] === edge;
}

type Exceptions = Pick<EssentialEdges, 'exceptions' | 'sources'>;

function tableHalves({ columns, ephemerons }: Graph): Exceptions {
  const sources = emptyBits(columns.nodeCount);
  // the partner of a key's half is the table
  ephemerons.partner.forEach((partner, half) => {
    if (ephemerons.fromTable[half] === 0) addBit(sources, partner);
  });
  return { exceptions: ephemerons.edge.filter((_, half) => ephemerons.fromTable[half] === 1), sources };
}

/** The tables' halves, and all edges into the program from nodes outside it other than the root. */
function edgesIntoProgram(graph: Graph): Exceptions {
  const { nodeCount, firstEdge, edgeTarget } = graph.columns;
  const program = reach(graph, globalObjects(graph));
  const { exceptions, sources } = tableHalves(graph);
  const edges = new Set(exceptions);
  for (let node = 0; node < nodeCount; node++) {
    if (node === graph.root || hasBit(program, node)) continue;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      if (!hasBit(program, edgeTarget[edge] >>> EDGE_TYPE_BITS)) continue;
      edges.add(edge);
      addBit(sources, node);
    }
  }
  return { exceptions: Uint32Array.from(edges).sort(), sources };
}
