/** Snapshot bytes -> the rows of one or several partitions, with no more kept in memory than these need. */
import type { Partition } from '../../protocol/partition.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import { Heap } from '../graph/heap.ts';
import { inOriginalNames, sourceMaps } from '../original/in-use.ts';
import type { Columns } from '../parse/columns.ts';
import { HistogramParser, type NameHistogram } from '../parse/histogram.ts';
import { ColumnsParser } from '../parse/parser.ts';
import type { SnapshotSink } from '../parse/sink.ts';
import { limitRows, partition } from '../partition/partition.ts';

/** A partition less whose heap it is, when it was taken and at what cost. */
export type KindRows = Pick<Partition, 'header' | 'by' | 'count' | 'sizeBytes' | 'rows' | 'other' | 'label'>;

export interface PartitionOptions {
  /** Classifiers by name. */
  readonly by: readonly string[];
  /** Rows that are kept; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /** Size of the (unpacked) snapshot where it is known; it may be wrong. */
  readonly expectedBytes?: number;
  /** Bytes of memory that its columns may take; absent: as many as there are. */
  readonly roomBytes?: number;
  /** Told which classifier comes next; a large heap takes one a second. */
  onClassify?(by: string): void;
}

/** Does the computing that is left when a snapshot is whole; gives the rows in the order of `by`. */
export type Partitioning = () => KindRows[];

/**
 * A parser for what `by` needs: all columns; for `name` alone (and for nothing) no edges; for `retained` alone all, but their
 * memory is used again. @throws RangeError for an unknown `by`
 */
export function partitionParser(options: PartitionOptions): SnapshotSink<Partitioning> {
  const { by, expectedBytes, roomBytes } = options;
  for (const each of by) classifierNamed(each);
  if (readsNoEdges(by)) {
    return mapped(new HistogramParser(), (histogram) => () => by.map(() => rowsOfHistogram(histogram, options.rows)));
  }
  const parser = new ColumnsParser({
    ...(expectedBytes !== undefined && { expectedBytes }),
    ...(roomBytes !== undefined && { roomBytes }),
    locations: readsLocations(by),
  });
  return mapped(parser, (columns) => partitionsOf(columns, options));
}

/** The same of columns that somebody else has read; they are the split's from then on. */
export function partitionsOf(columns: Columns, options: PartitionOptions): Partitioning {
  const heap = isForSizes(options.by) ? Heap.forSizes(columns) : new Heap(inOriginalNames(columns));
  return () => options.by.map((each) => rowsOfHeap(heap, each, options));
}

/** Whether any of `by` asks where an object is from. */
export function readsLocations(by: readonly string[]): boolean {
  return !isForSizes(by);
}

/** Whether nothing but retained sizes is asked for. */
export function isForSizes(by: readonly string[]): boolean {
  return by.every((each) => each === 'retained');
}

/** Whether `by` is answered by the histogram of names alone. */
export function readsNoEdges(by: readonly string[]): boolean {
  return sourceMaps() === undefined && by.every((each) => each === 'name');
}

export function rowsOfHistogram({ rows }: NameHistogram, limit = rows.length): KindRows {
  const { by, header } = classifierNamed('name');
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const sizeBytes = rows.reduce((sum, row) => sum + row.sizeBytes, 0);
  return limitRows<KindRows>({ by, header, count, sizeBytes, rows }, limit);
}

export function rowsOfHeap(heap: Heap, by: string, { rows, onClassify }: PartitionOptions): KindRows {
  onClassify?.(by);
  const classifier = classifierNamed(by);
  const all: KindRows = partition(heap.columns, classificationOf(heap, classifier), classifier);
  return { ...limitRows(all, rows ?? all.rows.length), ...oddText(heap.columns) };
}

/** That objects without a place are so because the snapshot's own figures are wrong. */
function oddText({ oddLocations }: Columns): Pick<KindRows, 'label'> {
  if (oddLocations === undefined) return {};
  const what =
    oddLocations === 1 ? 'One location of this snapshot names' : `${oddLocations} locations of this snapshot name`;
  return { label: `${what} no object or no place in a script: left out, and those objects have no place.` };
}

/** A sink whose result is another one. */
export function mapped<A, B>(sink: SnapshotSink<A>, map: (result: A) => B): SnapshotSink<B> {
  return { write: (bytes) => sink.write(bytes), end: () => map(sink.end()) };
}
