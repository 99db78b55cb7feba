/**
 * heapy's reference pattern (`rp`): who refers to a set, by kind, and who refers to those, as a tree.
 *
 *      0: _ --- [-] 6 Point: ...          the set itself
 *      1: a      [-] 3 Array: ...         its referrers of the largest kind
 *      2: aa ---- [-] 3 Session: ...      the referrers of those
 *      3: a3       [S] 1 Map: ...
 *      4: b ---- [^ 2] 3 Session: ...     its referrers of the next kind: the very set of row 2
 *
 * A list is as deep as it is long. heapy shows as much of it as the depth allows; where asked to, it folds here (list-fold.ts):
 *
 *      0: _ --- [-] 1 Node: ...
 *      1: a79998 [× 79,998] 79998 Node: ...   each referred to by the next one alone: all rows from `a` to `a79998`
 *      2: a79999 [-] 1 Node: ...
 *      3: a80000   [S] 1 Map: ...
 *
 *      0: _ --- [-] 80000 Node: ...
 *      1: a      [< 0] 79999 Node: ...        nearly all of row 0 again: what refers to it is below row 0
 *      2: b ---- [S] 1 Map: ...
 *
 * Rows are made as they are asked for, depth first, since a pattern may be large and its first page is what people read.
 */
import { difference, equals, type NodeSet } from '../graph/set.ts';
import type { KindSet } from './kind-set.ts';
import { isNearlyAll, type List, listFrom } from './list-fold.ts';

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
  /** Show a list as one row, which heapy does not. */
  readonly foldsLists?: boolean;
}

/**
 * What is in a row's brackets: `-` expanded, `+` at the greatest depth, `R` nobody refers to it, `S` not followed, `<` nearly all
 * of its parent again, `x` a folded list, or the row that shows the same set.
 */
export type Mark = '-' | '+' | 'R' | 'S' | '<' | 'x' | PatternRow;

export interface PatternRow extends KindSet {
  /** Its line. */
  readonly index: number;
  /** The way to it: `_` is the first row, `a` its first child, `ab` the second child of that, `a3` is `aaa`. Of a folded list: to its last set. */
  readonly name: string;
  /** Rows above it. */
  readonly depth: number;
  readonly parent: PatternRow | undefined;
  readonly mark: Mark;
  readonly children: readonly PatternRow[];
  /** Of a folded list the sets that it stands for, each the referrers of the one before; `set` has all of them. Else empty. */
  readonly folded: readonly NodeSet[];
}

const DEPTH = 7;
const NOBODY: NodeSet = new Uint32Array(0);
/** Children by letter; those after them are `<52>`, `<53>`, ... */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface RowPlace {
  readonly index: number;
  readonly mark: Mark;
  readonly parent: Row | undefined;
  readonly folded?: readonly NodeSet[];
  /** Which child of its parent. */
  readonly place: number;
}

class Row implements PatternRow {
  readonly kind: string;
  readonly set: NodeSet;
  readonly index: number;
  readonly depth: number;
  readonly parent: Row | undefined;
  readonly mark: Mark;
  readonly folded: readonly NodeSet[];
  readonly children: Row[] = [];
  /** Whether all its children are made. */
  isDone = false;
  readonly #place: number;

  constructor({ kind, set }: KindSet, { index, mark, parent, folded = [], place }: RowPlace) {
    this.kind = kind;
    this.set = set;
    this.index = index;
    this.mark = mark;
    this.parent = parent;
    this.folded = folded;
    this.depth = parent ? parent.depth + 1 : 0;
    this.#place = place;
  }

  get name(): string {
    const path: Turn[] = [];
    for (let row: Row = this; row.parent; row = row.parent) {
      path.push({ child: row.#place, times: Math.max(1, row.folded.length) });
    }
    return nameOf(path.reverse());
  }

  /** The list up to one of the sets that it stands for, as the row of that set. */
  upTo(place: number): Row {
    const folded = this.folded.slice(0, place + 1);
    return new Row({ kind: this.kind, set: folded[place]! }, { ...this, folded, place: this.#place });
  }
}

/** A child that is taken so many times one after the other. */
interface Turn {
  readonly child: number;
  readonly times: number;
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
    /** Sets that are left of the list that `row` is. */
    let within = 0;
    for (const { child, times } of pathOf(name)) {
      for (let left = times; left > 0; ) {
        if (within > 0) {
          if (child !== 0) noRow(name);
          const passed = Math.min(left, within);
          within -= passed;
          left -= passed;
          continue;
        }
        while (child >= row.children.length && !row.isDone && this.#makeOne());
        row = row.children[child] ?? noRow(name);
        within = Math.max(0, row.folded.length - 1);
        left--;
      }
    }
    return row.folded.length === 0 ? row : row.upTo(row.folded.length - 1 - within);
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
    const push = (of: KindSet, place: Omit<RowPlace, 'index' | 'place'>, children: () => readonly KindSet[]): Row => {
      const { parent } = place;
      const row = new Row(of, { ...place, index: this.#rows.length, place: parent?.children.length ?? 0 });
      parent?.children.push(row);
      this.#rows.push(row);
      stack.push({ row, children: children() });
      return row;
    };
    const add = (of: KindSet, parent?: Row): Row => {
      const list = parent && stack.at(-1)?.children.length === 1 ? this.#listFrom(of, parent) : undefined;
      if (list) return push({ kind: of.kind, set: list.all }, { ...list, mark: 'x', parent }, () => [list.next]);
      const shown = this.#shown.get(of.set);
      const referrers = shown ? NOBODY : this.#referrersOf(of.set, parent);
      const mark = shown ?? this.#markOf(of, referrers, parent);
      const row = push(of, { mark, parent }, () => (mark === '-' ? this.#options.partition(referrers) : []));
      if (!shown) this.#shown.set(of.set, row);
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

  /** The list that begins with the only child of a row, if it is of the same kind. */
  #listFrom(of: KindSet, parent: Row): List | undefined {
    if (!this.#options.foldsLists || parent.kind !== of.kind || parent.mark !== '-') return undefined;
    if (parent.depth + 1 >= (this.#options.depth ?? DEPTH)) return undefined;
    return listFrom(of, parent.set, {
      partition: this.#options.partition,
      referrers: (set) => this.#referrersOf(set, parent),
      isFollowed: (set) => !this.#shown.get(set) && !this.#options.stopsAt?.(set),
    });
  }

  #markOf({ kind, set }: KindSet, referrers: NodeSet, parent: Row | undefined): Mark {
    if (referrers.length === 0) return 'R';
    if (parent && this.#options.stopsAt?.(set)) return 'S';
    if (this.#options.foldsLists && parent?.kind === kind && isNearlyAll(set, parent.set)) return '<';
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
function nameOf(path: readonly Turn[]): string {
  if (path.length === 0) return '_';
  let name = '';
  for (let at = 0; at < path.length; ) {
    const { child } = path[at]!;
    let run = 0;
    for (; path[at]?.child === child; at++) run += path[at]!.times;
    const letter = LETTERS[child] ?? `<${child}>`;
    name += run < 3 ? letter.repeat(run) : `${letter}${run}`;
  }
  return name;
}

/** Which child to take at each depth. */
function pathOf(name: string): Turn[] {
  if (name === '_') return [];
  if (!/^(([a-zA-Z]|<\d+>)\d*)+$/.test(name)) noRow(name);
  return [...name.matchAll(/([a-zA-Z]|<(\d+)>)(\d*)/g)].map(([, letter, number, run]) => ({
    child: number === undefined ? LETTERS.indexOf(letter!) : Number(number),
    times: run === '' ? 1 : Number(run),
  }));
}

function noRow(name: string): never {
  throw new RangeError(`Cannot show row "${name}": the reference pattern has none of that name`);
}
