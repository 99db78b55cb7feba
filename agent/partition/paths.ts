/**
 * All shortest paths from a set of nodes to another: heapy's `sp`.
 *
 * A walk from the sources, level by level, up to the first level with a target on it; then back over the same levels,
 * keeping every edge by which a level leads to what is kept of the next (path-search.ts). What is kept is in one list,
 * targets first:
 *
 *     node     target target | ... | source source       levelStart marks the bars
 *     firstOut 0      0        ...   17     19     23    entry i leaves by out[firstOut[i]] to out[firstOut[i + 1] - 1]
 *     outEdge  4711   ...                                edge ordinal, ascending for each entry
 *     outTo    0      ...                                the entry it leads to
 *
 * Parallel edges are paths of their own. Paths are counted by adding up, never by going through them, and listed one at a
 * time, so that 10^20 of them cost no more than the edges they are made of.
 */
import type { Graph } from '../graph/graph.ts';
import { type NodeSet, nodeSet } from '../graph/set.ts';
import { type Kept, type PathOptions, type Steps, search, searchFirst } from './path-search.ts';

export interface NodePath {
  /** Its place in the list of all. */
  readonly index: bigint;
  /** From source to target. */
  readonly nodes: readonly number[];
  /** Edge ordinals, one less than nodes. */
  readonly edges: readonly number[];
}

/** A number of paths: a bigint from 2^53 on. */
type Count = number | bigint;

/**
 * The shortest paths to `targets`: to those of them that are nearest. A source is never a target. Linear in the edges met;
 * scratch memory while it searches: 8 bytes a node.
 */
export function shortestPaths(graph: Graph, targets: NodeSet, options: PathOptions = {}): ShortestPaths {
  return new ShortestPaths(graph, targets, options);
}

export class ShortestPaths {
  readonly #graph: Graph;
  readonly #targets: NodeSet;
  readonly #options: PathOptions;
  #first: Steps | null | undefined;
  #allKept: Kept | undefined;
  #counts: readonly Count[] | undefined;

  /** Use `shortestPaths`. */
  constructor(graph: Graph, targets: NodeSet, options: PathOptions) {
    this.#graph = graph;
    this.#targets = targets;
    this.#options = options;
  }

  /** Searched for when somebody asks for more than the first path. */
  get #kept(): Kept {
    this.#allKept ??= search(this.#graph, this.#targets, this.#options);
    return this.#allKept;
  }

  get #firstSteps(): Steps | null {
    if (this.#first === undefined) this.#first = searchFirst(this.#graph, this.#targets, this.#options);
    return this.#first;
  }

  /** How many paths there are. */
  get numpaths(): bigint {
    const [first, end] = this.#entriesAt(0);
    let sum: Count = 0;
    for (let entry = first; entry < end; entry++) sum = add(sum, this.#count(entry));
    return BigInt(sum);
  }

  /** Edges of each path; 0 where there is none. */
  get length(): number {
    return this.#firstSteps?.edges.length ?? 0;
  }

  /** The nodes on any path, level by level: the sources first, the targets last. */
  get sets(): NodeSet[] {
    return Array.from({ length: this.length > 0 ? this.length + 1 : 0 }, (_, level) => this.#setAt(level));
  }

  /** The edges on any path, level by level. */
  get edges(): NodeSet[] {
    return Array.from({ length: this.length }, (_, level) => this.edgesAt(level));
  }

  /** The edges that paths take at `levels`; -1 is the last. @throws RangeError where there is no such level */
  edgesAt(...levels: readonly number[]): NodeSet {
    const { firstOut, outEdge } = this.#kept;
    const edges = new Set<number>();
    for (const level of levels) {
      const fromStart = level < 0 ? this.length + level : level;
      if (!(fromStart >= 0 && fromStart < this.length)) {
        throw new RangeError(`Cannot look at level ${level}: the paths have ${this.length} levels`);
      }
      const [first, end] = this.#entriesAt(fromStart);
      for (const edge of outEdge.subarray(firstOut[first], firstOut[end])) edges.add(edge);
    }
    return nodeSet(edges);
  }

  /** The edges that were avoided in finding these. */
  get avoidEdges(): readonly number[] {
    return [...(this.#options.avoidEdges ?? [])];
  }

  /** The shortest paths between the same ends that take none of the edges at `levels`, nor any avoided before. */
  avoided(...levels: readonly number[]): ShortestPaths {
    if (this.length === 0) return this;
    const avoidEdges = new Set([...(this.#options.avoidEdges ?? []), ...this.edgesAt(...levels)]);
    const sources = this.#setAt(0);
    return shortestPaths(this.#graph, this.#setAt(this.length), { ...this.#options, sources, avoidEdges });
  }

  /**
   * The path at `index`, from the end if negative; undefined outside the list. Costs its length and the edges beside it; the
   * first costs no more than to find it.
   */
  at(index: bigint | number): NodePath | undefined {
    if (BigInt(index) === 0n) return this.#firstSteps === null ? undefined : { index: 0n, ...this.#firstSteps };
    return this.paths(index).next().value;
  }

  /** Paths from `start` on and before `stop`, negative ones from the end: by source, then by the order of edges. */
  *paths(start: bigint | number = 0, stop?: bigint | number): Generator<NodePath, undefined> {
    const limit = stop === undefined ? undefined : this.#fromStart(stop);
    let index = this.#fromStart(start);
    const cursor = this.#cursorAt(index);
    while (cursor !== undefined && (limit === undefined || index < limit)) {
      yield { index, nodes: cursor.nodes(), edges: cursor.edges() };
      if (!cursor.next()) return;
      index++;
    }
  }

  [Symbol.iterator](): Generator<NodePath, undefined> {
    return this.paths();
  }

  #fromStart(index: bigint | number): bigint {
    const given = BigInt(index);
    return given < 0n ? this.numpaths + given : given;
  }

  /** A cursor on the path at `index`, if there is one. Paths are counted only where it must skip. */
  #cursorAt(index: bigint): Cursor | undefined {
    const [first, end] = this.#entriesAt(0);
    if (first === end || index < 0n) return undefined;
    const cursor = new Cursor(this.#kept, first, end);
    return index === 0n || cursor.skip(index, (entry) => this.#count(entry)) ? cursor : undefined;
  }

  #setAt(level: number): NodeSet {
    return nodeSet(this.#kept.node.subarray(...this.#entriesAt(level)));
  }

  /** Range of the entries on a level. */
  #entriesAt(level: number): [first: number, end: number] {
    const { levelStart } = this.#kept;
    const place = levelStart.length - 2 - level;
    return place < 0 ? [0, 0] : [levelStart[place], levelStart[place + 1]];
  }

  #count(entry: number): Count {
    this.#counts ??= countsOf(this.#kept);
    return this.#counts[entry];
  }
}

/** Paths from each entry to a target; entries stand after those they lead to. */
function countsOf({ node, firstOut, outTo }: Kept): Count[] {
  const counts: Count[] = [];
  for (let entry = 0; entry < node.length; entry++) {
    let count: Count = firstOut[entry] === firstOut[entry + 1] ? 1 : 0;
    for (let out = firstOut[entry]; out < firstOut[entry + 1]; out++) count = add(count, counts[outTo[out]]);
    counts.push(count);
  }
  return counts;
}

function add(a: Count, b: Count): Count {
  if (typeof a === 'number' && typeof b === 'number' && a + b <= Number.MAX_SAFE_INTEGER) return a + b;
  return BigInt(a) + BigInt(b);
}

/** A place in the list of paths: the source, and the edge taken at each level. */
class Cursor {
  readonly #kept: Kept;
  readonly #end: number;
  #source: number;
  /** Indexes into `outEdge`. */
  #outs: number[] = [];

  constructor(kept: Kept, source: number, end: number) {
    this.#kept = kept;
    this.#source = source;
    this.#end = end;
    this.#goOn(source);
  }

  nodes(): number[] {
    const { node, outTo } = this.#kept;
    return [node[this.#source], ...this.#outs.map((out) => node[outTo[out]])];
  }

  edges(): number[] {
    return this.#outs.map((out) => this.#kept.outEdge[out]);
  }

  /** Moves to the next path; false at the end. */
  next(): boolean {
    const { firstOut, outTo } = this.#kept;
    for (let out = this.#outs.pop(); out !== undefined; out = this.#outs.pop()) {
      const before = this.#outs.at(-1);
      const entry = before === undefined ? this.#source : outTo[before];
      if (out + 1 < firstOut[entry + 1]) {
        this.#outs.push(out + 1);
        this.#goOn(outTo[out + 1]);
        return true;
      }
    }
    if (++this.#source === this.#end) return false;
    this.#goOn(this.#source);
    return true;
  }

  /** From the first path to the one at `index`; false if there are not so many. */
  skip(index: bigint, count: (entry: number) => Count): boolean {
    const { firstOut, outTo } = this.#kept;
    let left = index;
    for (; this.#source < this.#end; this.#source++) {
      const paths = BigInt(count(this.#source));
      if (left < paths) break;
      left -= paths;
    }
    if (this.#source === this.#end) return false;
    this.#outs = [];
    for (let entry = this.#source; firstOut[entry] < firstOut[entry + 1]; ) {
      let out = firstOut[entry];
      for (let paths = count(outTo[out]); left >= paths; paths = count(outTo[++out])) left -= BigInt(paths);
      this.#outs.push(out);
      entry = outTo[out];
    }
    return true;
  }

  /** Takes the first edge of each level from `entry` to a target. */
  #goOn(entry: number): void {
    const { firstOut, outTo } = this.#kept;
    for (let at = entry; firstOut[at] < firstOut[at + 1]; at = outTo[firstOut[at]]) this.#outs.push(firstOut[at]);
  }
}
