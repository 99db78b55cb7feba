/** Rows of a part of a heap: what only some holder keeps alive, or what is alive without it. */
import { classifierNamed } from '../classify/classifiers.ts';
import { bySizeThenKind, limitRows } from '../partition/partition.ts';
import { type HeapSet, wholeHeap } from '../sets/heap-set.ts';
import type { HeapView } from '../sets/view.ts';
import type { KindRows } from './partition-parser.ts';

export interface Filter {
  /** A holder as cut.ts names it: rows are what nothing else keeps alive. */
  readonly keptBy?: string;
  /** Holders: rows are what is alive without each of them. */
  readonly without?: readonly string[];
}

/** @throws RangeError where the heap has no such holder */
export function filtered(view: HeapView, { keptBy, without = [] }: Filter): HeapSet {
  const all = wholeHeap(view);
  const left = without.reduce((set, holder) => set.without(holder), all);
  return keptBy === undefined ? left : left.keptBy(keptBy);
}

export function rowsOfSet(set: HeapSet, by: string, limit: number | undefined): KindRows {
  const { header } = classifierNamed(by);
  const all = set.by(by).partition.map(({ kind, count, sizeBytes }) => ({ kind, count, sizeBytes }));
  const sums = { count: set.count, sizeBytes: set.size };
  return limitRows<KindRows>({ by, header, ...sums, rows: all.toSorted(bySizeThenKind) }, limit ?? all.length);
}
