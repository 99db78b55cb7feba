/**
 * The dominator tree: for each node the last one that every path from the root to it passes, so that what a node
 * dominates is what would die with it.
 *
 * Semi-NCA (Georgiadis, Tarjan, Werneck, "Finding Dominators in Practice", 2006; as LLVM's SemiNCA builds it), in numbers
 * of a depth-first walk instead of ordinals. 1 is the root, 0 is nobody:
 *
 *     state    [2n] number of node n  [2n + 1] its predecessors: how many, then where they start   by ordinal
 *     vertex   ordinal                                                                             by number
 *     parent   in the walk; becomes the immediate dominator                                        by number
 *     semi     semidominator: least number from which a path of greater numbers leads here         by number
 *     forest   [2v] ancestor, compressed  [2v + 1] least semidominator on the way there            by number
 *     cursor   next edge of the walk; then the stack of path compression; then the result
 *     preds    of each node, the numbers of those that point back or across to it
 *
 * Edges that point forward in the walk lead to descendants, so that they lower a semidominator at once and are not kept:
 * `preds` has about two edges of three. 32 bytes a node and 4 an edge kept, 8 of them the result. No recursion.
 *
 * Which edges count: weak ones do not, nor shortcuts but the root's (graph.ts). Of the two halves of an ephemeron only the
 * key's does: either would do for the value to be freed when its source goes, a tree has room for one, and the key is
 * the more telling. So each dominator given is true, and a table whose keys live elsewhere does not retain their values;
 * `dominos` knows (dominos.ts). DevTools does the same.
 *
 * Nodes that nothing strong leads to hang from the root, as do those that only hold each other.
 */
import { addBit, emptyBits, hasBit } from './bits.ts';
import { type Columns, EDGE_TYPE_BITS, selfSizeOf } from './columns.ts';
import { type EssentialEdges, essentialEdges, isException, type View } from './essential.ts';
import { EDGE_TYPE_MASK, type Graph } from './graph.ts';

export interface Dominators {
  /** Immediate dominator of each node; the root's is itself. */
  readonly dominator: Uint32Array;
  /** Every node, each somewhere after its dominator; the root comes first. */
  readonly order: Uint32Array;
}

/** Number of the root in the walk. */
const ROOT = 1;

/** The arrays of the head of this file. */
interface Walk {
  readonly graph: Graph;
  readonly essential: EssentialEdges;
  readonly state: Uint32Array;
  readonly vertex: Uint32Array;
  readonly parent: Uint32Array;
  readonly semi: Uint32Array;
  readonly cursor: Uint32Array;
  /** Nodes numbered so far. */
  count: number;
}

/** The dominator tree of all nodes. Near linear: m log n in the worst case, of which no heap has been seen to come near. */
export function dominators(graph: Graph, view: View = 'whole'): Dominators {
  const walk = startWalk(graph, essentialEdges(graph, view));
  number(walk, graph.root, 0);
  descend(walk, ROOT);
  if (walk.count < graph.columns.nodeCount) adoptOrphans(walk);
  const preds = predecessors(walk);
  semidominators(walk, preds);
  immediateDominators(walk);
  return inOrdinals(walk);
}

/** Self size of each node and of all it dominates, in bytes. One pass up the tree. */
export function retainedSizes(columns: Columns, { dominator, order }: Dominators): Float64Array {
  const retained = new Float64Array(columns.selfSize);
  for (const node of columns.largeSizes.keys()) retained[node] = selfSizeOf(columns, node);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i];
    retained[dominator[node]] += retained[node];
  }
  return retained;
}

function startWalk(graph: Graph, essential: EssentialEdges): Walk {
  const { nodeCount } = graph.columns;
  const perNumber = (): Uint32Array => new Uint32Array(nodeCount + 1);
  return {
    graph,
    essential,
    state: new Uint32Array(2 * nodeCount),
    vertex: perNumber(),
    parent: perNumber(),
    semi: perNumber(),
    cursor: perNumber(),
    count: 0,
  };
}

/** Gives `node` the next number. */
function number(walk: Walk, node: number, parent: number): number {
  const next = ++walk.count;
  walk.state[2 * node] = next;
  walk.vertex[next] = node;
  walk.parent[next] = parent;
  walk.semi[next] = parent;
  walk.cursor[next] = walk.graph.columns.firstEdge[node];
  return next;
}

/** Walks depth first from a numbered node over all that has no number yet, and counts each node's predecessors. */
function descend(walk: Walk, start: number): void {
  const { graph, essential, state, vertex, parent, semi, cursor } = walk;
  const { firstEdge, edgeTarget } = graph.columns;
  const top = parent[start];
  let count = walk.count;
  let current = start;
  walking: while (current !== top) {
    const node = vertex[current];
    const skipped = current === ROOT ? essential.skippedAtRoot : essential.skipped;
    const guarded = hasBit(essential.sources, node);
    for (let edge = cursor[current], end = firstEdge[node + 1]; edge < end; edge++) {
      const packed = edgeTarget[edge];
      if (((skipped >>> (packed & EDGE_TYPE_MASK)) & 1) === 1 || (guarded && isException(essential, edge))) continue;
      const target = packed >>> EDGE_TYPE_BITS;
      const seen = state[2 * target];
      if (seen === 0) {
        state[2 * target] = ++count;
        vertex[count] = target;
        parent[count] = current;
        semi[count] = current;
        // a node without edges is done as soon as it is numbered
        if (firstEdge[target] === firstEdge[target + 1]) continue;
        cursor[count] = firstEdge[target];
        cursor[current] = edge + 1;
        current = count;
        continue walking;
      }
      if (seen < current) state[2 * target + 1]++;
      else if (semi[seen] > current) semi[seen] = current;
    }
    current = parent[current];
  }
  walk.count = count;
}

/**
 * Numbers what the root does not reach: first what nothing holds, with all below it, then what only holds each other,
 * one by one.
 */
function adoptOrphans(walk: Walk): void {
  const { graph, state } = walk;
  const { nodeCount } = graph.columns;
  const held = heldByOrphans(walk);
  for (let node = 0; node < nodeCount; node++) {
    if (state[2 * node] === 0 && !hasBit(held, node)) descend(walk, number(walk, node, ROOT));
  }
  for (let node = 0; node < nodeCount; node++) {
    if (state[2 * node] !== 0) continue;
    const orphan = number(walk, node, ROOT);
    forEachTarget(walk, node, (target) => {
      const seen = state[2 * target];
      if (seen !== 0 && seen < orphan) state[2 * target + 1]++;
    });
  }
}

/** Whatever an orphan has an edge to; a node that has a number already cannot be held by an orphan alone. */
function heldByOrphans(walk: Walk): Uint32Array {
  const { nodeCount } = walk.graph.columns;
  const held = emptyBits(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (walk.state[2 * node] !== 0) continue;
    forEachTarget(walk, node, (target) => {
      if (target !== node) addBit(held, target);
    });
  }
  return held;
}

function forEachTarget({ graph, essential }: Walk, node: number, visit: (target: number) => void): void {
  const { firstEdge, edgeTarget } = graph.columns;
  const skipped = node === graph.root ? essential.skippedAtRoot : essential.skipped;
  const guarded = hasBit(essential.sources, node);
  for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
    const packed = edgeTarget[edge];
    if (((skipped >>> (packed & EDGE_TYPE_MASK)) & 1) === 1 || (guarded && isException(essential, edge))) continue;
    visit(packed >>> EDGE_TYPE_BITS);
  }
}

/** Turns the counts in `state` into starts and lists the predecessors, of node number n before those of n + 1. */
function predecessors(walk: Walk): Uint32Array {
  const { graph, essential, state, vertex, count } = walk;
  const { firstEdge, edgeTarget } = graph.columns;
  let total = 0;
  for (let i = ROOT; i <= count; i++) {
    const node = vertex[i];
    total += state[2 * node + 1];
    state[2 * node + 1] = total;
  }
  const preds = new Uint32Array(total);
  // filled from the end of each list, so that its end becomes its start
  for (let i = ROOT; i <= count; i++) {
    const node = vertex[i];
    const skipped = i === ROOT ? essential.skippedAtRoot : essential.skipped;
    const guarded = hasBit(essential.sources, node);
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const packed = edgeTarget[edge];
      if (((skipped >>> (packed & EDGE_TYPE_MASK)) & 1) === 1 || (guarded && isException(essential, edge))) continue;
      const slot = 2 * (packed >>> EDGE_TYPE_BITS);
      if (state[slot] < i) preds[--state[slot + 1]] = i;
    }
  }
  return preds;
}

/** Finds each node's semidominator, last node first. */
function semidominators(walk: Walk, preds: Uint32Array): void {
  const { state, vertex, parent, semi, cursor, count } = walk;
  const forest = new Uint32Array(2 * (count + 1));
  for (let i = ROOT; i <= count; i++) forest[2 * i] = parent[i];
  let end = preds.length;
  for (let i = count; i > ROOT; i--) {
    const start = state[2 * vertex[i] + 1];
    let least = semi[i];
    // none is less than the root
    for (let k = start; k < end && least > ROOT; k++) {
      const found = evaluate(forest, cursor, preds[k], i);
      if (found < least) least = found;
    }
    semi[i] = least;
    forest[2 * i + 1] = least;
    end = start;
  }
}

/**
 * Least semidominator on the way from node `v` up to below the last ancestor that is `limit` or less, and hangs all on
 * that way directly there. `stack` is scratch.
 */
function evaluate(forest: Uint32Array, stack: Uint32Array, v: number, limit: number): number {
  let top = v;
  let depth = 0;
  while (forest[2 * top] > limit) {
    stack[depth++] = top;
    top = forest[2 * top];
  }
  const ancestor = forest[2 * top];
  let least = forest[2 * top + 1];
  while (depth > 0) {
    const node = stack[--depth];
    if (forest[2 * node + 1] > least) forest[2 * node + 1] = least;
    else least = forest[2 * node + 1];
    forest[2 * node] = ancestor;
  }
  return least;
}

/** The immediate dominator is the nearest ancestor that is no greater than the semidominator. Over `parent`. */
function immediateDominators({ parent, semi, count }: Walk): void {
  for (let i = ROOT + 1; i <= count; i++) {
    let dominator = parent[i];
    while (dominator > semi[i]) dominator = parent[dominator];
    parent[i] = dominator;
  }
}

function inOrdinals({ graph, vertex, parent, cursor, count }: Walk): Dominators {
  const dominator = cursor.subarray(0, graph.columns.nodeCount);
  dominator[vertex[ROOT]] = vertex[ROOT];
  for (let i = ROOT + 1; i <= count; i++) dominator[vertex[i]] = vertex[parent[i]];
  return { dominator, order: vertex.subarray(1) };
}
