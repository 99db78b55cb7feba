/**
 * The figures of a set without its objects: what is left of a heap when it is gone, can be written to a file, and compared
 * with those of another heap.
 */
import { diffTable } from '../../protocol/diff-table.ts';
import { type Comparable, difference } from '../../protocol/difference.ts';
import { type IdentityContent, identityTable } from '../../protocol/identity-table.ts';
import type { Row } from '../../protocol/partition.ts';
import { partitionTable } from '../../protocol/table.ts';
import { dumpOf } from './dump.ts';
import { type Indexed, indexed, rowIndex } from './indexed.ts';
import { allOf, moreOf, type Page, type Paged } from './pages.ts';
import type { Origin } from './view.ts';

/** Rows of a page, as in heapy. */
const PAGE = 10;

/** Where the page from `from` ends; a single row more is shown too. */
export function pageEnd(from: number, length: number): number {
  const end = Math.min(from + PAGE, length);
  return length - end === 1 ? length : end;
}

export interface Figures {
  /** `set`: rows are kinds. `id`: rows are objects, each of count 1. */
  readonly format: 'set' | 'id';
  readonly header: string;
  /** The kind of all objects where rows are objects, `<Session>` or `<mixed>`. */
  readonly kindName?: string;
  readonly count: number;
  readonly sizeBytes: number;
  readonly rows: readonly Row[];
  readonly origin: Origin;
}

export type Stat = Indexed<PlainStat, PlainStat>;
export type Difference = Indexed<PlainDifference, PlainDifference>;

export function stat(figures: Figures): Stat {
  return indexed<PlainStat, PlainStat>(new PlainStat(figures));
}

export class PlainStat implements Paged {
  readonly figures: Figures;

  /** Use `stat`. */
  constructor(figures: Figures) {
    this.figures = figures;
  }

  get count(): number {
    return this.figures.count;
  }

  /** Bytes. */
  get size(): number {
    return this.figures.sizeBytes;
  }

  get length(): number {
    return this.figures.rows.length;
  }

  get numrows(): number {
    return this.length;
  }

  get kindheader(): string {
    return this.figures.header;
  }

  get kindname(): string {
    return this.figures.kindName ?? '';
  }

  /** When the heap was taken, where that is known. */
  get timemade(): string | undefined {
    return this.figures.origin.takenAt;
  }

  get rows(): readonly Row[] {
    return this.figures.rows;
  }

  /** heapy's. */
  get_rows(): readonly Row[] {
    return this.rows;
  }

  /** The rows of those kinds, in their order; null for a kind that there is none of. */
  rowsOfKinds(kinds: readonly string[]): (Row | null)[] {
    const rowOf = new Map(this.rows.map((row) => [row.kind, row]));
    return kinds.map((kind) => rowOf.get(kind) ?? null);
  }

  get_rows_of_kinds(kinds: readonly string[]): (Row | null)[] {
    return this.rowsOfKinds(kinds);
  }

  /** The first `count` rows by size or by count, and one row `<Other>` in its place for all the rest, if there is any. */
  rowsAndOther(count: number, sortBy: 'Size' | 'Count' = 'Size'): Row[] {
    const figure = ({ count, sizeBytes }: Totals): number => (sortBy === 'Size' ? sizeBytes : count);
    const sorted = this.rows.toSorted((a, b) => figure(b) - figure(a));
    const rest = sorted.slice(count);
    if (rest.length === 0) return sorted;
    const other = { kind: '<Other>', ...sumOf(rest) };
    return [...sorted.slice(0, count), other].sort((a, b) => figure(b) - figure(a));
  }

  get_rows_n_and_other(count: number, sortBy: 'Size' | 'Count' = 'Size'): Row[] {
    return this.rowsAndOther(count, sortBy);
  }

  /** A row as a stat of its own. @throws RangeError */
  at(index: number): Stat {
    const row = rowIndex(index, this.length, 'the stat');
    return this.slice(row, row + 1);
  }

  slice(start?: number, end?: number): Stat {
    const rows = this.rows.slice(start, end);
    return stat({ ...this.figures, rows, ...sumOf(rows) });
  }

  /** This less `other`, by kind. @throws RangeError if they are by different classifiers */
  diff(other: PlainStat): Difference {
    const { rows } = difference(comparable(this.figures), comparable(other.figures));
    return differenceOf(rows, this.figures, other.figures);
  }

  sub(other: PlainStat): Difference {
    return this.diff(other);
  }

  get more(): Stat {
    return moreOf(indexed<PlainStat, PlainStat>(this));
  }

  get all(): Stat {
    return allOf(indexed<PlainStat, PlainStat>(this));
  }

  pageFrom(from: number): Page {
    return { text: this.#table({ from }), next: pageEnd(from, this.length) };
  }

  allText(): string {
    return this.#table({ rows: Infinity });
  }

  /** One line of JSON for a file. */
  dump(): string {
    return dumpOf(this.figures);
  }

  toString(): string {
    return this.pageFrom(0).text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #table(page: { from?: number; rows?: number }): string {
    const { format, header, kindName = '', count, sizeBytes, rows } = this.figures;
    if (format === 'set') return partitionTable({ header, count, sizeBytes, rows: [...rows] }, page);
    const content: IdentityContent = {
      kind: kindName,
      header,
      sizeBytes,
      length: rows.length,
      row: (index) => ({ text: rows[index].kind, sizeBytes: rows[index].sizeBytes }),
    };
    return identityTable(content, page);
  }
}

interface Totals {
  readonly count: number;
  readonly sizeBytes: number;
}

function comparable({ header, count, sizeBytes, rows }: Figures): Comparable {
  return { header, count, sizeBytes, rows: [...rows] };
}

/** The difference whose figures are given; rows, counts and sizes may be below zero. */
export function differenceOf(rows: readonly Row[], a: Totals & { header: string }, b: Totals): Difference {
  return indexed<PlainDifference, PlainDifference>(new PlainDifference(rows, a, b));
}

/** What one stat has more, or less, than another: heapy's A - B. Counts and sizes may be negative. */
class PlainDifference implements Paged {
  readonly rows: readonly Row[];
  readonly #a: Totals & { header: string };
  readonly #b: Totals;

  constructor(rows: readonly Row[], a: Totals & { header: string }, b: Totals) {
    this.rows = rows;
    this.#a = a;
    this.#b = b;
  }

  get count(): number {
    return this.#a.count - this.#b.count;
  }

  get size(): number {
    return this.#a.sizeBytes - this.#b.sizeBytes;
  }

  get bCount(): number {
    return this.#b.count;
  }

  get bSize(): number {
    return this.#b.sizeBytes;
  }

  get length(): number {
    return this.rows.length;
  }

  get numrows(): number {
    return this.length;
  }

  get kindheader(): string {
    return this.#a.header;
  }

  /** The difference that one row makes: B and that row, less B. @throws RangeError */
  at(index: number): Difference {
    const row = rowIndex(index, this.length, 'the difference');
    return this.slice(row, row + 1);
  }

  slice(start?: number, end?: number): Difference {
    const rows = this.rows.slice(start, end);
    const { count, sizeBytes } = sumOf(rows);
    const a = { header: this.#a.header, count: this.#b.count + count, sizeBytes: this.#b.sizeBytes + sizeBytes };
    return differenceOf(rows, a, this.#b);
  }

  /** One line of JSON for a file. */
  dump(): string {
    const { header, count, sizeBytes } = this.#a;
    return dumpOf({ format: 'diff', header, count, sizeBytes, rows: this.rows, b: this.#b, origin: {} });
  }

  get more(): Difference {
    return moreOf(indexed<PlainDifference, PlainDifference>(this));
  }

  get all(): Difference {
    return allOf(indexed<PlainDifference, PlainDifference>(this));
  }

  pageFrom(from: number): Page {
    return { text: this.#table({ from }), next: pageEnd(from, this.length) };
  }

  allText(): string {
    return this.#table({ rows: Infinity });
  }

  toString(): string {
    return this.pageFrom(0).text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #table(page: { from?: number; rows?: number }): string {
    const { header, count, sizeBytes } = this.#a;
    return diffTable({ header, count, sizeBytes, rows: [...this.rows] }, { header, ...this.#b, rows: [] }, page);
  }
}

function sumOf(rows: readonly Row[]): Totals {
  let count = 0;
  let sizeBytes = 0;
  for (const row of rows) {
    count += row.count;
    sizeBytes += row.sizeBytes;
  }
  return { count, sizeBytes };
}
