/** The shortest paths to a set, in heapy's words: what `sp` gives. */

import { kind } from '../classify/kind.ts';
import { cutOfAll } from '../cut/cut.ts';
import { type NodeSet, union } from '../graph/set.ts';
import type { Page as Listing } from '../partition/pager.ts';
import { pathPages } from '../partition/path-lines.ts';
import { type ShortestPaths, type NodePath as Steps, shortestPaths } from '../partition/paths.ts';
import { brief } from './brief.ts';
import type { HeapSet, PlainSet } from './heap-set.ts';
import { type Indexed, indexed } from './indexed.ts';
import { allLinesOf, listingOf } from './pages.ts';
import { pathText } from './path-text.ts';
import type { HeapView } from './view.ts';

export interface PathsOptions {
  /** Where paths start; default the program's roots or, if those do not reach the set, V8's. */
  readonly src?: PlainSet | undefined;
  /** What stands for a single source in the text; default `Src`. */
  readonly srcname?: string | undefined;
  /** What no path passes. */
  readonly avoidNodes?: PlainSet | undefined;
  /** Edges that no path takes, as `edges` and `edgesAt` of other paths give them. */
  readonly avoidEdges?: Iterable<number> | undefined;
  /** Holders that no path leads through, as cut.ts names them: `['listeners', '@4711']`. */
  readonly without?: readonly string[] | undefined;
}

export type Paths = Indexed<Path, PlainPaths>;

/** One path. */
export class Path {
  readonly index: bigint;
  readonly src: HeapSet;
  readonly tgt: HeapSet;
  /** Number of edges. */
  readonly length: number;
  /** Ordinals, from source to target. */
  readonly nodes: readonly number[];
  /** Ordinals, one less than nodes. */
  readonly edges: readonly number[];
  readonly #text: string;

  constructor({ index, nodes, edges }: Steps, setOf: (node: number) => HeapSet, text: string) {
    this.index = index;
    this.nodes = nodes;
    this.edges = edges;
    this.src = setOf(nodes[0]);
    this.tgt = setOf(nodes[nodes.length - 1]);
    this.length = edges.length;
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.#text;
  }
}

interface Face {
  readonly view: HeapView;
  /** Makes sets that look like the one asked. */
  readonly setOf: (nodes: NodeSet) => HeapSet;
  /** What stands for the source in the text of a path. */
  readonly source: (node: number) => string | undefined;
  /** Paths from farther roots that take none of some edges, if there are such roots. */
  readonly beyond?: ((avoidEdges: readonly number[]) => ShortestPaths) | undefined;
}

/** The shortest paths to `targets`; the program's roots before V8's. */
export function pathsTo(
  view: HeapView,
  targets: NodeSet,
  setOf: (nodes: NodeSet) => HeapSet,
  { src, srcname = 'Src', avoidNodes, avoidEdges = [], without = [] }: PathsOptions = {},
): Paths {
  const { graph } = view.heap;
  const cut = cutOfAll(view.heap, without);
  const avoided = cut.edges.length === 0 ? [...avoidEdges] : [...avoidEdges, ...cut.edges];
  const options = {
    avoidNodes: union(avoidNodes?.nodes ?? cut.nodes, cut.nodes),
    ...(avoided.length > 0 && { avoidEdges: avoided }),
  };
  if (src !== undefined) {
    const source = (node: number): string => (src.count === 1 ? srcname : brief(view, Uint32Array.of(node), kind));
    return face(shortestPaths(graph, targets, { ...options, sources: src.nodes }), { view, setOf, source });
  }
  const source = (): undefined => undefined;
  const beyond = (avoid: Iterable<number>): ShortestPaths =>
    shortestPaths(graph, targets, { ...options, avoidEdges: [...avoided, ...avoid] });
  const fromProgram = shortestPaths(graph, targets, { ...options, entries: view.entries });
  if (fromProgram.length > 0) return face(fromProgram, { view, setOf, source, beyond });
  return face(beyond([]), { view, setOf, source });
}

function face(paths: ShortestPaths, faceOf: Face): Paths {
  return indexed<Path, PlainPaths>(new PlainPaths(paths, faceOf));
}

export class PlainPaths implements Iterable<Path> {
  /** Paths to a page. */
  maxpaths = 10;
  readonly #paths: ShortestPaths;
  readonly #face: Face;

  /** Use `pathsTo`. */
  constructor(paths: ShortestPaths, faceOf: Face) {
    this.#paths = paths;
    this.#face = faceOf;
  }

  /** Whether there are none; costs no more than to find the first. */
  get isEmpty(): boolean {
    return this.#paths.length === 0;
  }

  /** How many there are; counted, not gone through. */
  get numpaths(): bigint {
    return this.#paths.numpaths;
  }

  /** The edges on any path, level by level. */
  get edges(): readonly Uint32Array[] {
    return this.#paths.edges;
  }

  /** The objects on any path, level by level. */
  get sets(): HeapSet[] {
    return this.#paths.sets.map(this.#face.setOf);
  }

  edgesAt(...levels: readonly number[]): Uint32Array {
    return this.#paths.edgesAt(...levels);
  }

  edges_at(...levels: readonly number[]): Uint32Array {
    return this.edgesAt(...levels);
  }

  /**
   * The shortest paths that take none of the edges of these at `levels`, -1 being the last. Where the program's roots have
   * none left, those from V8's.
   */
  avoided(...levels: readonly number[]): Paths {
    const next = this.#paths.avoided(...levels);
    if (next.length > 0 || this.#face.beyond === undefined) return face(next, this.#face);
    const { edgeCount } = this.#face.view.heap.columns;
    return face(this.#face.beyond(next.avoidEdges.filter((edge) => edge < edgeCount)), {
      ...this.#face,
      beyond: undefined,
    });
  }

  /** The path at `index`, from the end if negative. @throws RangeError where there is none */
  at(index: number | bigint): Path {
    const path = this.#paths.at(index);
    if (path === undefined) throw new RangeError(`Cannot take path ${index}: there are ${this.numpaths}`);
    return this.#pathOf(path);
  }

  /** Paths one by one, from `start` on and before `stop`. */
  *iter(start: number | bigint = 0, stop?: number | bigint): Generator<Path, undefined> {
    for (const path of this.#paths.paths(start, stop)) yield this.#pathOf(path);
  }

  [Symbol.iterator](): Generator<Path, undefined> {
    return this.iter();
  }

  /** The texts of the first paths. */
  aslist(count: number = this.maxpaths): string[] {
    return Array.from(this.iter(0, count), String);
  }

  get more(): Paths {
    return listingOf(indexed<Path, PlainPaths>(this), this.#listing().more);
  }

  get all(): Paths {
    return allLinesOf(indexed<Path, PlainPaths>(this), this.#listing());
  }

  toString(): string {
    return this.isEmpty ? '<No paths>' : String(this.#listing());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #listing(): Listing {
    return pathPages(this.#paths, (path) => this.#textOf(path), this.maxpaths);
  }

  #pathOf(path: Steps): Path {
    return new Path(path, (node) => this.#face.setOf(Uint32Array.of(node)), this.#textOf(path));
  }

  #textOf(path: Steps): string {
    return pathText(this.#face.view, path, this.#face.source(path.nodes[0]));
  }
}
