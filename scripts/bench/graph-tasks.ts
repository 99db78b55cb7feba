/** What the bench asks of the graph, and of whom. */
import { CLASSIFIERS } from '../../agent/classify/classifiers.ts';
import type { Contender } from './contender.ts';
import { devtoolsDiff, devtoolsPath, devtoolsRetained } from './devtools.ts';
import { classifying, diffing, distance, path, retained, rp, sessionPath, since, sinceFile } from './graph.ts';
import { memlabDiff, memlabPath, memlabRetained } from './memlab.ts';
import { v8HeapParserRetained } from './v8-heap-parser.ts';

export interface GraphTask {
  readonly title: string;
  /** Ours first. */
  readonly contenders: readonly Contender[];
  /** Files that it reads. */
  readonly files: number;
}

export const GRAPH_TASKS: readonly GraphTask[] = [
  {
    title: 'retained sizes of all nodes',
    contenders: [retained, devtoolsRetained, memlabRetained, v8HeapParserRetained],
    files: 1,
  },
  { title: 'a retaining path, cold', contenders: [path, sessionPath, devtoolsPath, memlabPath], files: 1 },
  { title: 'reference pattern', contenders: [rp], files: 1 },
  { title: 'distances', contenders: [distance], files: 1 },
  { title: 'classifiers', contenders: CLASSIFIERS.map(({ by }) => classifying(by)), files: 1 },
  {
    title: 'difference of two snapshots',
    contenders: [diffing('name'), diffing('kind'), sinceFile, since, devtoolsDiff, memlabDiff],
    files: 2,
  },
];
