import { classifierNamed } from '../../agent/classify/classifiers.ts';
import { NOT_IN_SET } from '../../agent/classify/naming/classifier.ts';
import { Heap } from '../../agent/graph/heap.ts';
import type { Columns } from '../../agent/parse/columns.ts';

/** The kind of each node as text, `-` for those that are in no row. */
export function kindsOf(by: string, columns: Columns): string[] {
  const { kindOf, kinds } = classifierNamed(by).classify(new Heap(columns));
  return Array.from(kindOf, (kind) => (kind === NOT_IN_SET ? '-' : kinds[kind]!));
}
