/**
 * One holder taken out of a heap, and what is left without it.
 *
 *     console            what the console of DevTools and inspectors hold
 *     listeners          functions that listen for events: Node's emitters, event targets, elements
 *     timers             what Node's timers hold
 *     contexts           variables that functions see; context:handle those of the functions of that name
 *     detached           elements that are in no document
 *     package:express    functions and variables of an npm package, also as node_modules/express
 *     @4711, Session     an object, a kind
 *
 * Linear in nodes and edges.
 */
import { kind as byKind } from '../classify/kind.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import { addBit, type Bits, bitsOf, emptyBits, hasBit } from '../graph/bits.ts';
import type { Heap } from '../graph/heap.ts';
import { reach } from '../graph/reach.ts';
import { type NodeSet, nodeSet } from '../graph/set.ts';
import { otherRoots } from '../walk/graph/known-reach.ts';
import { CUT_HELP } from './cut-help.ts';
import { detachedNodes } from './detached.ts';
import { consoleEdges, contextEdges, listenerEdges, namedEdges, scopesSeenBy } from './holding-edges.ts';
import { packageNodes } from './package-nodes.ts';

/** What is taken out: ordinals, ascending. */
export interface Cut {
  readonly nodes: NodeSet;
  readonly edges: NodeSet;
}

const NO_CUT: Cut = { nodes: nodeSet([]), edges: nodeSet([]) };

/** @throws RangeError where the heap has no such holder */
export function cutOf(heap: Heap, holder: string): Cut {
  const cut = find(heap, holder);
  if (cut.nodes.length > 0 || cut.edges.length > 0) return cut;
  throw new RangeError(`Cannot leave out ${holder}: the heap has none; expected ${CUT_HELP}`);
}

/** What several cuts take out together. */
export function cutOfAll(heap: Heap, holders: readonly string[]): Cut {
  const cuts = holders.map((holder) => cutOf(heap, holder));
  return {
    nodes: nodeSet(cuts.flatMap(({ nodes }) => [...nodes])),
    edges: nodeSet(cuts.flatMap(({ edges }) => [...edges])),
  };
}

/**
 * What is still alive without them. In a walked heap garbage hangs from a root of its own, which counts for none: what only
 * garbage holds besides is kept by the holder.
 */
export function aliveWithout(heap: Heap, { nodes, edges }: Cut): Bits {
  const { nodeCount, edgeCount } = heap.columns;
  return reach(heap.graph, [heap.graph.root], {
    without: bitsOf([...nodes, ...otherRoots(heap.columns)], nodeCount),
    withoutEdges: bitsOf(edges, edgeCount),
  });
}

/** What nothing else keeps alive; what is taken out is among it. */
export function keptBy(heap: Heap, cut: Cut): Bits {
  const all = aliveWithout(heap, NO_CUT);
  const left = aliveWithout(heap, cut);
  const kept = emptyBits(heap.columns.nodeCount);
  for (let node = 0; node < heap.columns.nodeCount; node++) {
    if (hasBit(all, node) && !hasBit(left, node)) addBit(kept, node);
  }
  return kept;
}

function find(heap: Heap, holder: string): Cut {
  const { columns } = heap;
  const [, word = holder, name] = /^(context|package):(.+)$/.exec(holder) ?? [];
  switch (word) {
    case 'console':
      return { ...NO_CUT, edges: consoleEdges(columns) };
    case 'listeners':
      return { ...NO_CUT, edges: listenerEdges(columns) };
    case 'timers':
      return { ...NO_CUT, edges: namedEdges(columns, 'property', '_onTimeout', '_onImmediate', '_timerArgs', '_argv') };
    case 'contexts':
      return { ...NO_CUT, edges: contextEdges(columns) };
    case 'context':
      return { ...NO_CUT, nodes: scopesSeenBy(columns, name ?? '') };
    case 'detached':
      return { ...NO_CUT, nodes: detachedNodes(columns) };
    case 'package':
      return { ...NO_CUT, nodes: packageNodes(columns, name!) };
  }
  const inPackage = /^node_modules\/(.+)$/.exec(holder)?.[1];
  if (inPackage !== undefined) return { ...NO_CUT, nodes: packageNodes(columns, inPackage) };
  return { ...NO_CUT, nodes: named(heap, holder) };
}

/** An object by its id, or all of a kind. */
function named(heap: Heap, holder: string): NodeSet {
  const id = /^@(\d+)$/.exec(holder)?.[1];
  if (id !== undefined) return nodeSet([heap.columns.nodeId.indexOf(Number(id))].filter((node) => node >= 0));
  const { kindOf, kinds } = classificationOf(heap, byKind);
  const wanted = kinds.indexOf(holder);
  const nodes: number[] = [];
  for (let node = 0; wanted >= 0 && node < kindOf.length; node++) if (kindOf[node] === wanted) nodes.push(node);
  return nodeSet(nodes);
}
