/**
 * The shortest paths to each of several sets, one listing below the other: heapy's `shpgraph`.
 *
 *     --- Dst[0] ---
 *      0: global.sessions
 *     --- Dst[1] ---
 *      0: module /app/src/x.js: cache
 *      1: global.cache
 */
import type { PlainSet } from './heap-set.ts';
import { type Indexed, indexed, rowIndex } from './indexed.ts';
import { allOf, moreOf, type Page, type Paged } from './pages.ts';
import type { Paths } from './paths.ts';
import { pageEnd } from './stat.ts';

export interface PathGraphOptions {
  /** Where paths start; default the program's roots. */
  readonly src?: PlainSet | undefined;
  /** What stands for a single source; default `Src`. */
  readonly srcname?: string | undefined;
  /** What a set is called above its paths; default `Dst`. */
  readonly dstname?: string | undefined;
}

export type PathGraph = Indexed<Paths, PlainPathGraph>;

export function shpgraph(targets: readonly PlainSet[], options: PathGraphOptions = {}): PathGraph {
  return indexed<Paths, PlainPathGraph>(new PlainPathGraph(targets, options));
}

class PlainPathGraph implements Paged {
  readonly #targets: readonly PlainSet[];
  readonly #options: PathGraphOptions;
  readonly #paths = new Map<number, Paths>();

  /** Use `shpgraph`. */
  constructor(targets: readonly PlainSet[], options: PathGraphOptions) {
    this.#targets = targets;
    this.#options = options;
  }

  /** Number of sets. */
  get length(): number {
    return this.#targets.length;
  }

  /** The paths to a set, searched for when they are first asked for. @throws RangeError */
  at(index: number): Paths {
    const row = rowIndex(index, this.length, 'the path graph');
    const { src, srcname } = this.#options;
    const paths = this.#paths.get(row) ?? this.#targets[row].getShpaths({ src, srcname });
    this.#paths.set(row, paths);
    return paths;
  }

  get more(): PathGraph {
    return moreOf(indexed<Paths, PlainPathGraph>(this));
  }

  get all(): PathGraph {
    return allOf(indexed<Paths, PlainPathGraph>(this));
  }

  pageFrom(from: number): Page {
    const next = pageEnd(from, this.length);
    const left = this.length - next;
    const below = left > 0 ? [`<${left} more rows. Type e.g. '_.more' to view.>`] : [];
    return { text: [...this.#sections(from, next), ...below].join('\n'), next };
  }

  allText(): string {
    return this.#sections(0, this.length).join('\n');
  }

  toString(): string {
    return this.pageFrom(0).text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #sections(from: number, to: number): string[] {
    const { dstname = 'Dst' } = this.#options;
    return Array.from({ length: to - from }, (_, at) => `--- ${dstname}[${from + at}] ---\n${this.at(from + at)}`);
  }
}
