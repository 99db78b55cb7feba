/** Snapshot bytes -> the rows of partitions, and beside them what keeps a kind alive: all columns are read and stay. */
import { classifierNamed } from '../classify/classifiers.ts';
import { Heap } from '../graph/heap.ts';
import { inOriginalNames } from '../original/in-use.ts';
import { ColumnsParser } from '../parse/parser.ts';
import type { SnapshotSink } from '../parse/sink.ts';
import { ownNodes } from '../partition/own-nodes.ts';
import { wholeHeap } from '../sets/heap-set.ts';
import { type HoldersQuestion, holdersOf } from '../sets/holders.ts';
import { HeapView } from '../sets/view.ts';
import { mapped, type PartitionOptions, rowsOfHeap } from './partition-parser.ts';
import type { SnapshotRows } from './snapshot-rows.ts';

/** @throws RangeError for an unknown `by` */
export function holdersParser(options: PartitionOptions, question: HoldersQuestion): SnapshotSink<() => SnapshotRows> {
  for (const each of options.by) classifierNamed(each);
  return mapped(new ColumnsParser(), (read) => () => {
    const columns = inOriginalNames(read);
    const heap = new Heap(columns);
    const rows = options.by.map((each) => rowsOfHeap(heap, each, options));
    const view = new HeapView(heap, { strings: question.strings, own: ownNodes(columns, []) });
    return { rows, holders: holdersOf(wholeHeap(view), question) };
  });
}
