/** The two walks behind shortest paths: forward until a target is met, back over what leads there (paths.ts). */
import { addBit, type Bits, bitsOf, hasBit } from '../graph/bits.ts';
import { firstHalf } from '../graph/ephemerons.ts';
import type { Graph } from '../graph/graph.ts';
import type { Entry } from '../graph/roots.ts';
import type { NodeSet } from '../graph/set.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';

export interface PathOptions {
  /** Where the paths start; default the graph's root. */
  readonly sources?: NodeSet;
  /** The only edges by which paths leave the root; default its own edges. */
  readonly entries?: readonly Entry[];
  /** Nodes that no path passes. */
  readonly avoidNodes?: NodeSet;
  /** Edges that no path takes. */
  readonly avoidEdges?: Iterable<number>;
  /** Whether paths take weak edges too. */
  readonly weakly?: boolean;
}

/** What the walk back keeps, as drawn at the head of paths.ts; no entries where no path was found. */
export interface Kept {
  readonly levelStart: readonly number[];
  readonly node: Uint32Array;
  readonly firstOut: Uint32Array;
  readonly outEdge: Uint32Array;
  readonly outTo: Uint32Array;
}

/** One path, from source to target. */
export interface Steps {
  readonly nodes: readonly number[];
  /** Edge ordinals, one less than nodes. */
  readonly edges: readonly number[];
}

/**
 * A weak map's value is met from the farther of its key and its map. From the root that is the whole truth. Other sources may
 * reach only one of the two, while something else keeps the other alive: where nothing is found, one then is enough.
 */
export function search(graph: Graph, targets: NodeSet, options: PathOptions): Kept {
  const strict = new Search(graph, options, true).to(targets);
  if (strict.node.length > 0 || !(options.sources ?? options.entries)) return strict;
  return new Search(graph, options, false).to(targets);
}

/** The first of those paths; null where there is none. One walk, which ends at the first target met. */
export function searchFirst(graph: Graph, targets: NodeSet, options: PathOptions): Steps | null {
  const strict = new Search(graph, options, true).first(targets);
  if (strict !== null || !(options.sources ?? options.entries)) return strict;
  return new Search(graph, options, false).first(targets);
}

interface Levels {
  /** Nodes in the order they were met. */
  readonly queue: Uint32Array;
  /** Where each level starts in it; the last entry is the end of the last level. Empty if no target was met. */
  readonly start: readonly number[];
}

class Search {
  readonly #graph: Graph;
  readonly #entries: readonly Entry[] | undefined;
  readonly #sources: NodeSet;
  readonly #strict: boolean;
  /** Nodes that no edge leads to any more. */
  readonly #closed: Bits;
  readonly #avoidEdges: Bits;
  readonly #avoids: boolean;
  readonly #weak: number;
  /** The edges looked at last, and where they lead. */
  #edge = new Uint32Array(64);
  #target = new Uint32Array(64);
  /** Level of each node met that half an ephemeron leaves. */
  readonly #halfLevel = new Map<number, number>();

  constructor(
    graph: Graph,
    { sources, entries, avoidNodes = new Uint32Array(0), avoidEdges = [], weakly = false }: PathOptions,
    strict: boolean,
  ) {
    const { nodeCount, edgeCount } = graph.columns;
    this.#graph = graph;
    this.#entries = entries;
    this.#strict = strict;
    this.#weak = weakly ? -1 : graph.columns.edgeTypes.indexOf('weak');
    this.#closed = bitsOf(avoidNodes, nodeCount);
    const avoided = [...avoidEdges];
    this.#avoids = avoided.length > 0;
    this.#avoidEdges = bitsOf(avoided, edgeCount + (entries?.length ?? 0));
    this.#sources = (sources ?? Uint32Array.of(graph.root)).filter((node) => !hasBit(this.#closed, node));
  }

  to(targets: NodeSet): Kept {
    const wanted = bitsOf(targets, this.#graph.columns.nodeCount);
    return this.#keepBack(this.#levelsTo(wanted), wanted);
  }

  /**
   * What is met first of a level has the first path of those that lead to it, by source and then by the order of edges: so
   * the first target met ends the first path of all.
   */
  first(targets: NodeSet): Steps | null {
    const { nodeCount } = this.#graph.columns;
    const wanted = bitsOf(targets, nodeCount);
    const queue = new Uint32Array(nodeCount);
    // by place in the queue: the place of the node it was met from
    const metFrom = new Uint32Array(nodeCount);
    queue.set(this.#sources);
    for (const source of this.#sources) this.#meet(source, 0);
    let end = this.#sources.length;
    const { firstEdge, edgeTarget } = this.#graph.columns;
    const [closed, weak] = [this.#closed, this.#weak];
    for (let level = 0, from = 0, to = end; from < to; level++, from = to, to = end) {
      for (let i = from; i < to; i++) {
        const node = queue[i];
        const isPlain = this.#isPlain(node);
        // of a plain node its own edges are gone through, without a copy of them
        const first = isPlain ? firstEdge[node] : 0;
        const last = isPlain ? firstEdge[node + 1] : this.#lookAt(node, level);
        const entries = isPlain ? edgeTarget : this.#target;
        const shift = isPlain ? EDGE_TYPE_BITS : 0;
        for (let at = first; at < last; at++) {
          const entry = entries[at];
          if (isPlain && (entry & EDGE_TYPE_MASK) === weak) continue;
          const target = entry >>> shift;
          if (hasBit(closed, target)) continue;
          this.#meet(target, level + 1);
          queue[end] = target;
          metFrom[end] = i;
          if (hasBit(wanted, target)) return this.#stepsTo(queue, metFrom, end, level + 1);
          end++;
        }
      }
    }
    return null;
  }

  /** The steps to the node at `place` of the queue, which is on `level`. */
  #stepsTo(queue: Uint32Array, metFrom: Uint32Array, place: number, level: number): Steps {
    const nodes = [queue[place]];
    const edges: number[] = [];
    for (let at = place, above = level - 1; above >= 0; above--) {
      const from = metFrom[at];
      const count = this.#lookAt(queue[from], above);
      edges.push(this.#edge[this.#target.subarray(0, count).indexOf(queue[at])]);
      nodes.push(queue[from]);
      at = from;
    }
    // found from its end on
    return { nodes: nodes.reverse(), edges: edges.reverse() };
  }

  /** Walks from the sources up to the first level that has a target. */
  #levelsTo(wanted: Bits): Levels {
    const queue = new Uint32Array(this.#graph.columns.nodeCount);
    queue.set(this.#sources);
    for (const source of this.#sources) this.#meet(source, 0);
    const start = [0, this.#sources.length];
    let end = this.#sources.length;
    let found = false;
    for (let level = 0; !found; level++) {
      for (let i = start[level]; i < start[level + 1]; i++) {
        const count = this.#lookAt(queue[i], level);
        for (let k = 0; k < count; k++) {
          const target = this.#target[k];
          if (hasBit(this.#closed, target)) continue;
          this.#meet(target, level + 1);
          queue[end++] = target;
          if (hasBit(wanted, target)) found = true;
        }
      }
      if (end === start[level + 1]) return { queue, start: [] };
      start.push(end);
    }
    return { queue, start };
  }

  /** Whether all edges of a node lead on but weak ones. */
  #isPlain(node: number): boolean {
    if (this.#avoids || (this.#entries && node === this.#graph.root)) return false;
    return !this.#strict || !hasBit(this.#graph.ephemerons.sources, node);
  }

  #meet(node: number, level: number): void {
    addBit(this.#closed, node);
    if (hasBit(this.#graph.ephemerons.sources, node)) this.#halfLevel.set(node, level);
  }

  /** Walks the levels backwards and keeps what leads to targets on the last. */
  #keepBack({ queue, start }: Levels, wanted: Bits): Kept {
    const [node, firstOut, outEdge, outTo] = [new Numbers(), new Numbers(), new Numbers(), new Numbers()];
    // the place of each node in the list, plus one
    const entryOf = new Uint32Array(this.#graph.columns.nodeCount);
    const levelStart = [0];
    const keep = (kept: number, first: number): void => {
      firstOut.push(first);
      node.push(kept);
      entryOf[kept] = node.length;
    };

    const last = start.length - 2;
    for (let i = start[last]; i < start[last + 1]; i++) if (hasBit(wanted, queue[i])) keep(queue[i], 0);
    for (let level = last - 1; level >= 0; level--) {
      const after = levelStart[levelStart.length - 1];
      const end = node.length;
      levelStart.push(end);
      for (let i = start[level]; i < start[level + 1]; i++) {
        const first = outEdge.length;
        const count = this.#lookAt(queue[i], level);
        for (let k = 0; k < count; k++) {
          const entry = entryOf[this.#target[k]] - 1;
          if (entry < after || entry >= end) continue;
          outEdge.push(this.#edge[k]);
          outTo.push(entry);
        }
        if (outEdge.length > first) keep(queue[i], first);
      }
    }
    levelStart.push(node.length);
    firstOut.push(outEdge.length);
    return {
      levelStart,
      node: node.toArray(),
      firstOut: firstOut.toArray(),
      outEdge: outEdge.toArray(),
      outTo: outTo.toArray(),
    };
  }

  /** Puts the edges that lead on from a node on `level` into `#edge` and `#target`; gives their number. */
  #lookAt(node: number, level: number): number {
    const { columns, root, ephemerons: halves } = this.#graph;
    const { firstEdge, edgeTarget } = columns;
    if (this.#entries && node === root) return this.#lookAtEntries(this.#entries);
    const end = firstEdge[node + 1];
    this.#makeRoom(end - firstEdge[node]);
    const [edges, targets, avoided, weak] = [this.#edge, this.#target, this.#avoidEdges, this.#weak];
    const guarded = this.#strict && hasBit(halves.sources, node);
    let count = 0;
    if (this.#isPlain(node)) {
      for (let edge = firstEdge[node]; edge < end; edge++) {
        const packed = edgeTarget[edge];
        if ((packed & EDGE_TYPE_MASK) === weak) continue;
        edges[count] = edge;
        targets[count++] = packed >>> EDGE_TYPE_BITS;
      }
      return count;
    }
    let half = guarded ? firstHalf(halves, firstEdge[node]) : halves.edge.length - 1;
    let halfEdge = halves.edge[half];
    for (let edge = firstEdge[node]; edge < end; edge++) {
      if (edge === halfEdge) {
        const partner = this.#halfLevel.get(halves.partner[half]);
        halfEdge = halves.edge[++half];
        if (partner === undefined || partner > level) continue;
      }
      const packed = edgeTarget[edge];
      if ((packed & EDGE_TYPE_MASK) === weak || hasBit(avoided, edge)) continue;
      edges[count] = edge;
      targets[count++] = packed >>> EDGE_TYPE_BITS;
    }
    return count;
  }

  #lookAtEntries(entries: readonly Entry[]): number {
    const open = entries.filter(({ edge }) => !hasBit(this.#avoidEdges, edge));
    this.#makeRoom(open.length);
    this.#edge.set(open.map(({ edge }) => edge));
    this.#target.set(open.map(({ node }) => node));
    return open.length;
  }

  #makeRoom(edges: number): void {
    if (edges <= this.#edge.length) return;
    this.#edge = new Uint32Array(2 * edges);
    this.#target = new Uint32Array(2 * edges);
  }
}
