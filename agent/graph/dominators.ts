/**
 * The dominator tree: for each node the last one that every path from the root to it passes, so that what a node
 * dominates is what would die with it.
 *
 * Semi-NCA (Georgiadis, Tarjan, Werneck, "Finding Dominators in Practice", 2006; as LLVM's SemiNCA builds it), in numbers
 * of a depth-first walk instead of ordinals. 1 is the root, 0 is nobody:
 *
 *     state    [2n] number of node n    [2n + 1] how many predecessors, then where they start     by ordinal
 *     vertex   ordinal                                                                            by number
 *     forest   [2i] parent in the walk, then the compressed ancestor                              by number
 *              [2i + 1] semidominator, then the least one on the way to the ancestor
 *     parent   again, when the edges are read; becomes the immediate dominator                    by number
 *     preds    of each node, the numbers of those that point back or across to it
 *
 * Edges that point forward in the walk lead to descendants: they lower a semidominator at once and are not kept. The others
 * are `preds`, about half of all. 20 bytes a node and 4 an edge kept, and 4 a node once the edges have been read for the last
 * time, so that it may be their memory; the result lies where the forest was. No recursion: a stack of next edges.
 *
 * Which edges count: weak ones do not, nor shortcuts but the root's (graph.ts). Of the two halves of an ephemeron only the
 * key's does: the value is freed when either source goes, a tree has room for one, and the key is the more telling. So no
 * dominator is given that is none, but a table does not retain values whose keys live elsewhere; `dominos` knows (dominos.ts).
 *
 * Nodes that nothing strong leads to hang from the root, as do those that only hold each other.
 *
 * All this is as in Chrome DevTools (HeapSnapshot.ts), whose tree is the same, node for node.
 */

import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK, selfSizeOf } from '../parse/columns.ts';
import { addBit, type Bits, emptyBits, hasBit } from './bits.ts';
import { firstHalf } from './ephemerons.ts';
import { edgeTypes, type Graph } from './graph.ts';
import { globalObjects } from './roots.ts';
import { Spare } from './spare.ts';

/**
 * `program`: what the global objects reach is seen from there only, edges into it from the rest of V8 do not count; so an
 * object that lies in a handle or on the stack as well belongs to what holds it in the program. `whole`: every edge that keeps
 * something alive; then much of the program hangs from the root.
 */
export type View = 'program' | 'whole';

export interface Dominators {
  /** Immediate dominator of each node; the root's is itself. */
  readonly dominator: Uint32Array;
  /** Every node, each somewhere after its dominator; the root comes first. */
  readonly order: Uint32Array;
}

/** Number of the root in the walk. */
const ROOT = 1;

/**
 * The dominator tree of all nodes. Near linear: m log n at worst, which no heap comes near.
 * @param spare memory to work in; the tree may lie in it as well
 */
export function dominators(graph: Graph, view: View = 'program', spare: Spare = new Spare()): Dominators {
  const walk = new Walk(graph, spare);
  walk.number(graph.root, 0);
  if (view === 'program') walk.enterProgram();
  walk.descend(ROOT);
  if (walk.count < graph.columns.nodeCount) walk.adoptOrphans();
  const preds = walk.predecessors();
  spare.readLast();
  walk.findSemidominators(preds, spare.any(graph.columns.nodeCount + 1));
  walk.findImmediateDominators();
  return walk.inOrdinals(spare);
}

/** Self size of each node and of all it dominates, in bytes. One pass up the tree. `spare` as for `dominators`. */
export function retainedSizes(
  columns: Columns,
  { dominator, order }: Dominators,
  spare: Spare = new Spare(),
): Float64Array {
  const retained = spare.floats(columns.selfSize);
  for (const node of columns.largeSizes.keys()) retained[node] = selfSizeOf(columns, node);
  for (let i = order.length - 1; i > 0; i--) {
    const node = order[i];
    retained[dominator[node]] += retained[node];
  }
  return retained;
}

class Walk {
  /** Nodes numbered so far. */
  count = 0;
  readonly #graph: Graph;
  /** A bit for each type of edge that does not count; shortcuts of the root do. */
  readonly #skipped: number;
  readonly #skippedAtRoot: number;
  readonly #state: Uint32Array;
  readonly #vertex: Uint32Array;
  readonly #forest: Uint32Array;
  /** Next edge of each node on the way down from where the walk started. */
  #next: Uint32Array = new Uint32Array(1024);
  #parent: Uint32Array = new Uint32Array(0);
  /** Last number of the program; edges into it from greater ones do not count. 0 if all edges do. */
  #programEnd = 0;

  constructor(graph: Graph, spare: Spare) {
    const { nodeCount } = graph.columns;
    this.#graph = graph;
    this.#skipped = edgeTypes(graph.columns, 'weak', 'shortcut');
    this.#skippedAtRoot = edgeTypes(graph.columns, 'weak');
    this.#forest = spare.any(2 * (nodeCount + 1));
    this.#vertex = spare.any(nodeCount + 1);
    this.#state = spare.zeros(2 * nodeCount);
  }

  /** Gives `node` the next number. */
  number(node: number, parent: number): number {
    const next = ++this.count;
    this.#state[2 * node] = next;
    this.#vertex[next] = node;
    this.#forest[2 * next] = parent;
    this.#forest[2 * next + 1] = parent;
    return next;
  }

  /** Numbers what the global objects reach before all else. */
  enterProgram(): void {
    for (const node of globalObjects(this.#graph)) {
      if (this.#state[2 * node] === 0) this.descend(this.number(node, ROOT));
    }
    this.#programEnd = this.count;
  }

  /** Walks depth first from a numbered node over all that has no number yet, and counts each node's predecessors. */
  descend(start: number): void {
    const [state, vertex, forest] = [this.#state, this.#vertex, this.#forest];
    const { firstEdge, edgeTarget } = this.#graph.columns;
    let next = this.#next;
    let depth = 0;
    next[0] = firstEdge[vertex[start]];
    const above = forest[2 * start];
    let count = this.count;
    let current = start;
    walking: while (current !== above) {
      const node = vertex[current];
      const skipped = current === ROOT ? this.#skippedAtRoot : this.#skipped;
      const hasHalves = hasBit(this.#graph.ephemerons.sources, node);
      // edges to numbers up to here do not count
      const beyond = current === ROOT || current <= this.#programEnd ? 0 : this.#programEnd;
      for (let edge = next[depth], end = firstEdge[node + 1]; edge < end; edge++) {
        const packed = edgeTarget[edge];
        if (((skipped >>> (packed & EDGE_TYPE_MASK)) & 1) === 1 || (hasHalves && this.#isTableHalf(edge))) continue;
        const target = packed >>> EDGE_TYPE_BITS;
        const seen = state[2 * target];
        if (seen === 0) {
          state[2 * target] = ++count;
          vertex[count] = target;
          forest[2 * count] = current;
          forest[2 * count + 1] = current;
          // a node without edges is done as soon as it is numbered
          if (firstEdge[target] === firstEdge[target + 1]) continue;
          next[depth++] = edge + 1;
          if (depth === next.length) next = this.#deeper();
          next[depth] = firstEdge[target];
          current = count;
          continue walking;
        }
        if (seen > current) {
          if (forest[2 * seen + 1] > current) forest[2 * seen + 1] = current;
        } else if (seen < current && seen > beyond) state[2 * target + 1]++;
      }
      current = forest[2 * current];
      depth--;
    }
    this.count = count;
  }

  #deeper(): Uint32Array {
    const deeper = new Uint32Array(2 * this.#next.length);
    deeper.set(this.#next);
    this.#next = deeper;
    return deeper;
  }

  /**
   * Numbers what the root does not reach: first what nothing holds, with all below it, then what only holds each other,
   * one by one.
   */
  adoptOrphans(): void {
    const { nodeCount } = this.#graph.columns;
    const held = this.#heldByOrphans();
    for (let node = 0; node < nodeCount; node++) {
      if (this.#state[2 * node] === 0 && !hasBit(held, node)) this.descend(this.number(node, ROOT));
    }
    for (let node = 0; node < nodeCount; node++) {
      if (this.#state[2 * node] !== 0) continue;
      this.#countPredecessors(this.number(node, ROOT));
    }
  }

  #countPredecessors(orphan: number): void {
    const { firstEdge, edgeTarget } = this.#graph.columns;
    const node = this.#vertex[orphan];
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      if (!this.#isEssential(edge)) continue;
      const slot = 2 * (edgeTarget[edge] >>> EDGE_TYPE_BITS);
      if (this.#state[slot] < orphan && this.#state[slot] > this.#programEnd) this.#state[slot + 1]++;
    }
  }

  /** Whatever an orphan has an edge to. What has a number already is no orphan, whatever holds it. */
  #heldByOrphans(): Bits {
    const { nodeCount, firstEdge, edgeTarget } = this.#graph.columns;
    const held = emptyBits(nodeCount);
    for (let node = 0; node < nodeCount; node++) {
      if (this.#state[2 * node] !== 0) continue;
      for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
        const target = edgeTarget[edge] >>> EDGE_TYPE_BITS;
        if (target !== node && this.#isEssential(edge)) addBit(held, target);
      }
    }
    return held;
  }

  /** Turns the counts in `state` into starts, and lists the predecessors: of number i before those of i + 1. */
  predecessors(): Uint32Array {
    const [state, vertex] = [this.#state, this.#vertex];
    const { firstEdge, edgeTarget } = this.#graph.columns;
    const preds = new Uint32Array(this.#sumCounts());
    // filled from the end of each list, so that its end becomes its start
    for (let i = ROOT; i <= this.count; i++) {
      const node = vertex[i];
      const skipped = i === ROOT ? this.#skippedAtRoot : this.#skipped;
      const hasHalves = hasBit(this.#graph.ephemerons.sources, node);
      const beyond = i === ROOT || i <= this.#programEnd ? 0 : this.#programEnd;
      for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
        const packed = edgeTarget[edge];
        if (((skipped >>> (packed & EDGE_TYPE_MASK)) & 1) === 1 || (hasHalves && this.#isTableHalf(edge))) continue;
        const slot = 2 * (packed >>> EDGE_TYPE_BITS);
        const seen = state[slot];
        if (seen < i && seen > beyond) preds[--state[slot + 1]] = i;
      }
    }
    return preds;
  }

  /** Turns the counts in `state` into ends, in the order of numbers; gives the sum. */
  #sumCounts(): number {
    let total = 0;
    for (let i = ROOT; i <= this.count; i++) {
      const slot = 2 * this.#vertex[i] + 1;
      total += this.#state[slot];
      this.#state[slot] = total;
    }
    return total;
  }

  /** Whether an edge that the root does not have counts. */
  #isEssential(edge: number): boolean {
    const type = this.#graph.columns.edgeTarget[edge] & EDGE_TYPE_MASK;
    return ((this.#skipped >>> type) & 1) === 0 && !this.#isTableHalf(edge);
  }

  #isTableHalf(edge: number): boolean {
    const { ephemerons } = this.#graph;
    const half = firstHalf(ephemerons, edge);
    return ephemerons.edge[half] === edge && ephemerons.fromTable[half] === 1;
  }

  /**
   * Finds each node's semidominator, last node first, and leaves it in the even places of `state`. `parent` is to be filled,
   * by number.
   */
  findSemidominators(preds: Uint32Array, parent: Uint32Array): void {
    const [state, vertex, forest] = [this.#state, this.#vertex, this.#forest];
    this.#parent = parent;
    for (let i = ROOT; i <= this.count; i++) parent[i] = forest[2 * i];
    const compression = new Compression(forest);
    let end = preds.length;
    for (let i = this.count; i > ROOT; i--) {
      const slot = 2 * vertex[i];
      const start = state[slot + 1];
      let least = forest[2 * i + 1];
      // none is less than the root
      for (let k = start; k < end && least > ROOT; k++) {
        const found = compression.evaluate(preds[k], i);
        if (found < least) least = found;
      }
      forest[2 * i + 1] = least;
      state[slot] = least;
      end = start;
    }
  }

  /** The immediate dominator is the nearest ancestor that is no greater than the semidominator. */
  findImmediateDominators(): void {
    const [state, vertex, parent] = [this.#state, this.#vertex, this.#parent];
    for (let i = ROOT + 1; i <= this.count; i++) {
      const semi = state[2 * vertex[i]];
      let dominator = parent[i];
      while (dominator > semi) dominator = parent[dominator];
      parent[i] = dominator;
    }
  }

  /** Gives the state back. */
  inOrdinals(spare: Spare): Dominators {
    const [vertex, parent] = [this.#vertex, this.#parent];
    const dominator = this.#forest.subarray(0, this.#graph.columns.nodeCount);
    dominator[vertex[ROOT]] = vertex[ROOT];
    for (let i = ROOT + 1; i <= this.count; i++) dominator[vertex[i]] = vertex[parent[i]];
    spare.give(this.#state);
    return { dominator, order: vertex.subarray(ROOT) };
  }
}

/** The forest of nodes that have their semidominators. */
class Compression {
  readonly #forest: Uint32Array;
  #stack = new Uint32Array(1024);

  constructor(forest: Uint32Array) {
    this.#forest = forest;
  }

  /**
   * Least semidominator on the way from node `v` up to below the first ancestor that is `limit` or less, and hangs all on
   * that way directly there.
   */
  evaluate(v: number, limit: number): number {
    const forest = this.#forest;
    let top = v;
    let depth = 0;
    while (forest[2 * top] > limit) {
      if (depth === this.#stack.length) this.#grow();
      this.#stack[depth++] = top;
      top = forest[2 * top];
    }
    const ancestor = forest[2 * top];
    let least = forest[2 * top + 1];
    while (depth > 0) {
      const node = this.#stack[--depth];
      if (forest[2 * node + 1] > least) forest[2 * node + 1] = least;
      else least = forest[2 * node + 1];
      forest[2 * node] = ancestor;
    }
    return least;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#stack.length);
    larger.set(this.#stack);
    this.#stack = larger;
  }
}
