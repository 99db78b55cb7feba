/**
 * The references behind a row of a pattern, one by one: from each node of the row down to the pattern's target (heapy's
 * `rp.paths`). What has been shown before is referred to by its line.
 *
 *      0: aa [0] @ .points           node 0 of row aa refers by .points
 *      1: a  [0]  @ [0]              to its first referent in row a, which refers by [0]
 *      2: _  [0]   = <1 Point: ...>  to its first referent in the target
 *      3: a  [0]  @ [1] -> #2
 *
 * The way through a folded list is one line: `@ (.next × 79,998)`.
 */
import { maxOf } from '../../protocol/extremes.ts';
import { intersection, type NodeSet } from '../graph/set.ts';
import { type ListingLine, type Page, pages } from './pager.ts';
import type { PatternRow } from './pattern.ts';

export interface PatternPathsOptions {
  /** The order in which nodes are numbered. */
  readonly order: (set: NodeSet) => readonly number[];
  /** What nodes one refers to. */
  readonly referents: (node: number) => NodeSet;
  /** By which relations one refers to another: `.points`, `[0]`. */
  readonly relations: (from: number, to: number) => readonly string[];
  /** Steps one after the other as one text. */
  readonly fold: (steps: readonly string[]) => string;
  /** What a node is, on one line. */
  readonly brief: (node: number) => string;
  /** Only these nodes, by the name of the row they are of. */
  readonly only?: ReadonlyMap<string, NodeSet>;
}

/** The listing; its pages end after targets and references back only. */
export function patternPathPages(row: PatternRow, options: PatternPathsOptions): Page {
  return pages({
    label: `Paths from source '${row.name}' to target '_'.`,
    lines: () => new PathLines(row, options).all(),
    moreLine: () => "<Type e.g. '_.more' for more.>",
  });
}

class PathLines {
  readonly #row: PatternRow;
  readonly #options: PatternPathsOptions;
  /** Width of a name and the number after it. */
  readonly #width: number;
  /** Line on which a node of a depth was shown. */
  readonly #shown = new Map<string, number>();
  #line = 0;

  constructor(row: PatternRow, options: PatternPathsOptions) {
    const rows = [...upwards(row)];
    this.#row = row;
    this.#options = options;
    this.#width =
      3 + maxOf(rows.map(({ name }) => name.length)) + maxOf(rows.map(({ set }) => String(set.length).length));
  }

  *all(): Generator<ListingLine> {
    const first = this.#row.folded.at(-1) ?? this.#row.set;
    for (const [i, node] of this.#inOrder(this.#row, first).entries()) yield* this.#from(this.#row, node, i);
  }

  /** The lines below a node; as deep as the pattern at most. */
  *#from(row: PatternRow, node: number, place: number): Generator<ListingLine> {
    this.#shown.set(`${row.depth} ${node}`, this.#line);
    const { parent } = row;
    const indent = ' '.repeat(this.#row.depth + 1 - row.depth);
    const name = row.name + `[${place}]`.padStart(this.#width - row.name.length) + indent;
    if (parent === undefined) {
      yield { text: `${this.#number()}: ${name}= ${this.#options.brief(node)}`, stop: true };
      return;
    }
    const { steps, last } = this.#through(row, node);
    const above = parent.folded.at(-1) ?? parent.set;
    const referents = intersection(this.#options.referents(last), above);
    for (const [i, next] of this.#inOrder(parent, referents).entries()) {
      const step = `${name}@ ${this.#options.fold([...steps, this.#relation(last, next)])}`;
      const before = this.#shown.get(`${parent.depth} ${next}`);
      if (before === undefined) {
        yield { text: `${this.#number()}: ${step}`, stop: false };
        yield* this.#from(parent, next, i);
      } else yield { text: `${this.#number()}: ${step} -> #${before}`, stop: true };
    }
  }

  /** The way through a folded list, from a node of its last set to one of its first: of several the first is taken. */
  #through({ folded }: PatternRow, node: number): { steps: readonly string[]; last: number } {
    const steps: string[] = [];
    let last = node;
    for (let at = folded.length - 2; at >= 0; at--) {
      const [next] = intersection(this.#options.referents(last), folded[at]!);
      if (next === undefined) break;
      steps.push(this.#relation(last, next));
      last = next;
    }
    return { steps, last };
  }

  #relation(from: number, to: number): string {
    return this.#options.relations(from, to).join(' / ');
  }

  /** Those of `set`, a part of the row, that are asked for. */
  #inOrder(row: PatternRow, set: NodeSet): readonly number[] {
    const only = this.#options.only?.get(row.name);
    return this.#options.order(only ? intersection(set, only) : set);
  }

  #number(): string {
    return String(this.#line++).padStart(2);
  }
}

function* upwards(row: PatternRow): Generator<PatternRow> {
  for (let at: PatternRow | undefined = row; at; at = at.parent) yield at;
}
