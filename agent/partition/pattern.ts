/**
 * heapy's reference pattern (`rp`): who refers to a set, by kind, and who refers to those, as a tree.
 *
 *      0: _ --- [-] 6 Point: ...          the set itself
 *      1: a      [-] 3 Array: ...         its referrers of the largest kind
 *      2: aa ---- [-] 3 Session: ...      the referrers of those
 *      3: a3       [S] 1 Map: ...
 *      4: b ---- [^ 2] 3 Session: ...     its referrers of the next kind: the very set of row 2
 *
 * Rows are made as they are asked for, depth first, since a pattern may be large and its first page is what people read.
 */
import { difference, equals, type NodeSet } from '../graph/set.ts';

/** A set and what it is called. */
export interface KindSet {
  readonly kind: string;
  readonly set: NodeSet;
}

export interface PatternOptions {
  /** Splits a set into kinds, in the order of the rows. */
  readonly partition: (set: NodeSet) => readonly KindSet[];
  /** Who refers to a set. */
  readonly referrers: (set: NodeSet) => NodeSet;
  /** Rows deeper than this are not made; heapy's is 7. */
  readonly depth?: number;
  /** Whether to go no further from a set: where every path passes, as at global objects. Not asked for the first row. */
  readonly stopsAt?: (set: NodeSet) => boolean;
  /** Leave out of each row what the rows above it have. */
  readonly withoutCycles?: boolean;
}

/**
 * What is in a row's brackets: `-` expanded, `+` at the greatest depth, `R` nobody refers to it, `S` not followed,
 * or the row that shows the same set.
 */
export type Mark = '-' | '+' | 'R' | 'S' | PatternRow;

export interface PatternRow extends KindSet {
  /** Its line. */
  readonly index: number;
  /** The way to it: `_` is the first row, `a` its first child, `ab` the second child of that, `a3` is `aaa`. */
  readonly name: string;
  readonly depth: number;
  readonly parent: PatternRow | undefined;
  readonly mark: Mark;
  readonly children: readonly PatternRow[];
}

const DEPTH = 7;
const NOBODY: NodeSet = new Uint32Array(0);
/** Children by letter; those after them are `<52>`, `<53>`, ... */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

class Row implements PatternRow {
  readonly kind: string;
  readonly set: NodeSet;
  readonly index: number;
  readonly depth: number;
  readonly parent: Row | undefined;
  readonly mark: Mark;
  readonly children: Row[] = [];
  /** Whether all its children are made. */
  isDone = false;
  readonly #place: number;

  constructor({ kind, set }: KindSet, index: number, mark: Mark, parent?: Row) {
    this.kind = kind;
    this.set = set;
    this.index = index;
    this.mark = mark;
    this.parent = parent;
    this.depth = parent ? parent.depth + 1 : 0;
    this.#place = parent ? parent.children.length : 0;
    parent?.children.push(this);
  }

  get name(): string {
    const path: number[] = [];
    for (let row: Row = this; row.parent; row = row.parent) path.push(row.#place);
    return nameOf(path.reverse());
  }
}

export class ReferencePattern {
  readonly #options: PatternOptions;
  readonly #source: Iterator<Row>;
  readonly #rows: Row[] = [];
  readonly #shown = new SetMap<Row>();
  #isComplete = false;

  constructor(target: KindSet, options: PatternOptions) {
    this.#options = options;
    this.#source = this.#make(target);
  }

  /** How many rows there are. Makes them all. */
  get length(): number {
    while (this.#makeOne());
    return this.#rows.length;
  }

  /** How many rows there are if all have been made yet, else undefined. */
  get knownLength(): number | undefined {
    return this.#isComplete ? this.#rows.length : undefined;
  }

  /** The row on a line, from the end if negative; undefined if there is none. */
  at(index: number): PatternRow | undefined {
    if (index < 0) return this.#rows[this.length + index];
    while (index >= this.#rows.length && this.#makeOne());
    return this.#rows[index];
  }

  /** The row of a name like `_`, `ab` or `a3b`. @throws RangeError where there is none */
  named(name: string): PatternRow {
    this.at(0);
    let row = this.#rows[0];
    for (const child of pathOf(name)) {
      while (child >= row.children.length && !row.isDone && this.#makeOne());
      row = row.children[child] ?? noRow(name);
    }
    return row;
  }

  *[Symbol.iterator](): Generator<PatternRow> {
    for (let index = 0, row = this.at(0); row !== undefined; row = this.at(++index)) yield row;
  }

  #makeOne(): boolean {
    if (this.#isComplete) return false;
    this.#isComplete = this.#source.next().done === true;
    return !this.#isComplete;
  }

  /** Makes the rows depth first, with a stack of its own. */
  *#make(target: KindSet): Generator<Row, undefined> {
    const stack: { row: Row; children: readonly KindSet[] }[] = [];
    const add = (of: KindSet, parent?: Row): Row => {
      const shown = this.#shown.get(of.set);
      const referrers = shown ? NOBODY : this.#referrersOf(of.set, parent);
      const row = new Row(of, this.#rows.length, shown ?? this.#markOf(of.set, referrers, parent), parent);
      this.#rows.push(row);
      if (!shown) this.#shown.set(of.set, row);
      stack.push({ row, children: row.mark === '-' ? this.#options.partition(referrers) : [] });
      return row;
    };
    yield add(target);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { row, children } = top;
      if (row.children.length < children.length) {
        yield add(children[row.children.length], row);
      } else {
        row.isDone = true;
        stack.pop();
      }
    }
  }

  #markOf(set: NodeSet, referrers: NodeSet, parent: Row | undefined): Mark {
    if (referrers.length === 0) return 'R';
    if (parent && this.#options.stopsAt?.(set)) return 'S';
    return (parent ? parent.depth + 1 : 0) < (this.#options.depth ?? DEPTH) ? '-' : '+';
  }

  #referrersOf(set: NodeSet, parent: Row | undefined): NodeSet {
    let referrers = this.#options.referrers(set);
    if (!this.#options.withoutCycles) return referrers;
    referrers = difference(referrers, set);
    for (let above = parent; above; above = above.parent) referrers = difference(referrers, above.set);
    return referrers;
  }
}

/** Things by the set of nodes they belong to. */
class SetMap<T> {
  readonly #buckets = new Map<number, { set: NodeSet; thing: T }[]>();

  get(set: NodeSet): T | undefined {
    return this.#buckets.get(hashOf(set))?.find((entry) => equals(entry.set, set))?.thing;
  }

  set(set: NodeSet, thing: T): void {
    const hash = hashOf(set);
    const bucket = this.#buckets.get(hash);
    if (bucket) bucket.push({ set, thing });
    else this.#buckets.set(hash, [{ set, thing }]);
  }
}

/** FNV-1a, a word at a time. */
function hashOf(set: NodeSet): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < set.length; i++) hash = Math.imul(hash ^ set[i], 0x01000193);
  return hash >>> 0;
}

/** The name of a row; three and more equal letters in a row are a letter and a number. */
function nameOf(path: readonly number[]): string {
  if (path.length === 0) return '_';
  const letters = path.map((child) => LETTERS[child] ?? `<${child}>`);
  let name = '';
  for (let start = 0, end = 0; start < letters.length; start = end) {
    while (letters[end] === letters[start]) end++;
    const run = end - start;
    name += run < 3 ? letters[start].repeat(run) : `${letters[start]}${run}`;
  }
  return name;
}

/** Which child to take at each depth. */
function pathOf(name: string): number[] {
  if (name === '_') return [];
  if (!/^(([a-zA-Z]|<\d+>)\d*)+$/.test(name)) noRow(name);
  return [...name.matchAll(/([a-zA-Z]|<(\d+)>)(\d*)/g)].flatMap(([, letter, number, run]) =>
    Array<number>(run === '' ? 1 : Number(run)).fill(number === undefined ? LETTERS.indexOf(letter) : Number(number)),
  );
}

function noRow(name: string): never {
  throw new RangeError(`Cannot show row "${name}": the reference pattern has none of that name`);
}
