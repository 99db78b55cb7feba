import { NOT_IN_SET } from '../../agent/classify/classifier.ts';
import { classifierNamed } from '../../agent/classify/classifiers.ts';
import type { Columns } from '../../agent/heap/columns.ts';
import { Heap } from '../../agent/heap/heap.ts';

/** The kind of each node as text, `-` for those that are in no row. */
export function kindsOf(by: string, columns: Columns): string[] {
  const { kindOf, kinds } = classifierNamed(by).classify(new Heap(columns));
  return Array.from(kindOf, (kind) => (kind === NOT_IN_SET ? '-' : kinds[kind]!));
}
