/**
 * A shortest path from the program's roots to every node at once: one walk, after which each path costs its length. What the
 * program does not reach has its path from V8's roots.
 *
 *     by    Uint32   the edge by which the walk came to the node; NOT_REACHED, or START for where it began
 *
 * Half of an ephemeron counts once its partner has been reached, as in distance.ts.
 */
import { hasBit } from '../graph/bits.ts';
import { firstHalf } from '../graph/ephemerons.ts';
import { edgeTypes, type Graph } from '../graph/graph.ts';
import type { Entry } from '../graph/roots.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { Steps } from '../partition/path-search.ts';

const NOT_REACHED = 0xffffffff;
const START = 0xfffffffe;
const NO_EDGE = 0xffffffff;
/** Steps of a path that are followed back: lists may be longer. */
const LONGEST_PATH = 10_000;

export class PathTree {
  readonly #graph: Graph;
  readonly #by: Uint32Array;
  readonly #entryOf: ReadonlyMap<number, Entry>;

  /** @param entries where the program begins */
  constructor(graph: Graph, entries: readonly Entry[]) {
    const { nodeCount } = graph.columns;
    this.#graph = graph;
    this.#by = new Uint32Array(nodeCount).fill(NOT_REACHED);
    this.#entryOf = new Map(entries.map((entry) => [entry.node, entry]));
    const queue = new Uint32Array(nodeCount);
    // the root is reached last, so that no path of the program leads through it
    this.#by[graph.root] = START;
    this.#spread(queue, [...this.#entryOf.keys()]);
    this.#by[graph.root] = NOT_REACHED;
    this.#spread(queue, [graph.root]);
  }

  /** Null where nothing strong leads there, and for a longer path than anybody reads. */
  to(node: number): Steps | null {
    const { columns, root } = this.#graph;
    const nodes: number[] = [node];
    const edges: number[] = [];
    for (let at = node; this.#by[at] !== START; at = nodes[nodes.length - 1]!) {
      const edge = this.#by[at]!;
      if (edge === NOT_REACHED || edges.length === LONGEST_PATH) return null;
      edges.push(edge);
      nodes.push(sourceOf(columns.firstEdge, edge));
    }
    const entry = this.#entryOf.get(nodes[nodes.length - 1]!);
    if (entry !== undefined) {
      edges.push(entry.edge);
      nodes.push(root);
    }
    return { nodes: nodes.reverse(), edges: edges.reverse() };
  }

  #spread(queue: Uint32Array, from: readonly number[]): void {
    const { columns, ephemerons } = this.#graph;
    const { firstEdge, edgeTarget } = columns;
    const by = this.#by;
    const weak = edgeTypes(columns, 'weak');
    let end = 0;
    for (const node of from) {
      if (by[node] !== NOT_REACHED) continue;
      by[node] = START;
      queue[end++] = node;
    }
    for (let at = 0; at < end; at++) {
      const node = queue[at]!;
      let half = hasBit(ephemerons.sources, node) ? firstHalf(ephemerons, firstEdge[node]!) : -1;
      let halfEdge = half < 0 ? NO_EDGE : ephemerons.edge[half]!;
      for (let edge = firstEdge[node]!, last = firstEdge[node + 1]!; edge < last; edge++) {
        const packed = edgeTarget[edge]!;
        if (((weak >>> (packed & EDGE_TYPE_MASK)) & 1) === 1) continue;
        if (edge === halfEdge) {
          const partner = ephemerons.partner[half]!;
          halfEdge = ephemerons.edge[++half]!;
          // a partner that comes later brings its own half
          if (by[partner] === NOT_REACHED) continue;
        }
        const target = packed >>> EDGE_TYPE_BITS;
        if (by[target] !== NOT_REACHED) continue;
        by[target] = edge;
        queue[end++] = target;
      }
    }
  }
}

/** The node that an edge leaves. */
function sourceOf(firstEdge: Uint32Array, edge: number): number {
  let low = 0;
  let high = firstEdge.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (firstEdge[middle]! <= edge) low = middle;
    else high = middle;
  }
  return low;
}
