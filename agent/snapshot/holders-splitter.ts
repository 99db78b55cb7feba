/** Snapshot bytes -> the rows of partitions, and beside them what keeps a kind alive: all columns are read and stay. */
import { classifierNamed } from '../classify/classifiers.ts';
import { Heap } from '../heap/heap.ts';
import { ColumnsParser } from '../heap/parser.ts';
import type { SnapshotSink } from '../heap/sink.ts';
import { ownNodes } from '../partition/own-nodes.ts';
import { wholeHeap } from '../sets/heap-set.ts';
import { type HoldersQuestion, holdersOf } from '../sets/holders.ts';
import { HeapView } from '../sets/view.ts';
import type { LiveResult } from './live-job.ts';
import { mapped, rowsOfHeap, type SplitOptions } from './splitter.ts';

/** @throws RangeError for an unknown `by` */
export function holdersSplitter(
  options: SplitOptions,
  { kinds, strings }: HoldersQuestion,
): SnapshotSink<() => LiveResult> {
  for (const each of options.by) classifierNamed(each);
  return mapped(new ColumnsParser(), (columns) => () => {
    const heap = new Heap(columns);
    const rows = options.by.map((each) => rowsOfHeap(heap, each, options));
    const view = new HeapView(heap, { strings, own: ownNodes(columns, []) });
    return { rows, holders: holdersOf(wholeHeap(view), kinds) };
  });
}
