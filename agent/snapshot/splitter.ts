/** Snapshot bytes -> the rows of one or several partitions, with no more kept in memory than these need. */
import type { Partition } from '../../protocol/partition.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import type { Columns } from '../heap/columns.ts';
import { Heap } from '../heap/heap.ts';
import { HistogramParser, type NameHistogram } from '../heap/histogram.ts';
import { ColumnsParser } from '../heap/parser.ts';
import type { SnapshotSink } from '../heap/sink.ts';
import { limitRows, partition } from '../partition/partition.ts';

/** A partition less whose heap it is, when it was taken and at what cost. */
export type KindRows = Pick<Partition, 'header' | 'by' | 'count' | 'sizeBytes' | 'rows' | 'other'>;

export interface SplitOptions {
  /** Classifiers by name. */
  readonly by: readonly string[];
  /** Rows that are kept; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /** Size of the (unpacked) snapshot where it is known; it may be wrong. */
  readonly expectedBytes?: number;
  /** Told which classifier comes next; a large heap takes one a second. */
  onClassify?(by: string): void;
}

/** Does the computing that is left when a snapshot is whole; gives the rows in the order of `by`. */
export type Split = () => KindRows[];

/**
 * A parser for what `by` needs: all columns; for `name` alone (and for nothing) no edges; for `retained` alone all, but their
 * memory is used again. @throws RangeError for an unknown `by`
 */
export function splitter(options: SplitOptions): SnapshotSink<Split> {
  const { by, expectedBytes } = options;
  for (const each of by) classifierNamed(each);
  if (readsNoEdges(by)) {
    return mapped(new HistogramParser(), (histogram) => () => by.map(() => rowsOfHistogram(histogram, options.rows)));
  }
  const parser = new ColumnsParser({
    ...(expectedBytes !== undefined && { expectedBytes }),
    locations: readsLocations(by),
  });
  return mapped(parser, (columns) => splitOf(columns, options));
}

/** The same of columns that somebody else has read; they are the split's from then on. */
export function splitOf(columns: Columns, options: SplitOptions): Split {
  const heap = isForSizes(options.by) ? Heap.forSizes(columns) : new Heap(columns);
  return () => options.by.map((each) => rowsOfHeap(heap, each, options));
}

/** Whether any of `by` asks where an object is from. */
export function readsLocations(by: readonly string[]): boolean {
  return !isForSizes(by);
}

function isForSizes(by: readonly string[]): boolean {
  return by.every((each) => each === 'retained');
}

/** Whether `by` is answered by the histogram of names alone. */
export function readsNoEdges(by: readonly string[]): boolean {
  return by.every((each) => each === 'name');
}

export function rowsOfHistogram({ rows }: NameHistogram, limit = rows.length): KindRows {
  const { by, header } = classifierNamed('name');
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const sizeBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
  return limitRows<KindRows>({ by, header, count, sizeBytes, rows }, limit);
}

export function rowsOfHeap(heap: Heap, by: string, { rows, onClassify }: SplitOptions): KindRows {
  onClassify?.(by);
  const classifier = classifierNamed(by);
  const all: KindRows = partition(heap.columns, classifier.classify(heap), classifier);
  return limitRows(all, rows ?? all.rows.length);
}

/** A sink whose result is another one. */
export function mapped<A, B>(sink: SnapshotSink<A>, map: (result: A) => B): SnapshotSink<B> {
  return { write: (bytes) => sink.write(bytes), end: () => map(sink.end()) };
}
