/** The program of the thread that splits a snapshot which another has received, relative to a checkpoint or as a whole. */
import { byAge } from '../classify/age.ts';
import type { Classification, Classifier } from '../classify/classifier.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { kind as byKind } from '../classify/kind.ts';
import { Heap } from '../heap/heap.ts';
import { unpacked } from '../heap/packed.ts';
import { ownNodes, without } from '../partition/own-nodes.ts';
import { limitRows, partition } from '../partition/partition.ts';
import { type Checkpoint, type ClassifiedBy, checkpointOf, fates, maxIdOf, relative } from '../partition/since.ts';
import type { Holders, HoldersQuestion } from '../sets/holders.ts';
import type { Analysis, AnalysisEvent, AnalysisJob } from './analysis-job.ts';
import { serve } from './thread.ts';

serve<AnalysisJob, AnalysisEvent>(async (job, tell): Promise<Analysis> => {
  const columns = unpacked(job.columns);
  const heap = new Heap(columns);
  const own = ownNodes(columns, job.ownIds);
  const kept: ClassifiedBy[] = [];
  const rowsBy = (by: string): Analysis['rows'][number] => {
    tell({ phase: 'classifying', by });
    const classifier = classifierOf(by, job);
    const classification: Classification = without(classifier.classify(heap), own);
    if (job.keep) kept.push({ by: classifier.by, ...classification });
    if (job.against) return limited(relative(job.against, columns, classification, classifier), job.rows);
    return limited(partition(columns, classification, classifier), job.rows);
  };
  const rows = job.by.map(rowsBy);
  return {
    rows,
    maxId: maxIdOf(columns),
    ...(job.keep && { checkpoint: checkpointOf(columns, kept) }),
    ...(job.holders && { holders: await holders(heap, own, job.holders, job.against) }),
  };
});

/** Sets are loaded for those who ask. */
async function holders(
  heap: Heap,
  own: ReadonlySet<number>,
  { kinds, strings }: HoldersQuestion,
  against: Checkpoint | undefined,
): Promise<Holders | null> {
  const { heapSet, wholeHeap } = await import('../sets/heap-set.ts');
  const { holdersOf } = await import('../sets/holders.ts');
  const { HeapView } = await import('../sets/view.ts');
  const view = new HeapView(heap, { strings, own });
  if (!against) return holdersOf(wholeHeap(view), kinds);
  const classification = without(view.classified(byKind), own);
  const born = heapSet(view, fates(against, heap.columns, classification).born);
  return holdersOf(born, kinds.length > 0 ? kinds : born.stat.rows.map(({ kind }) => kind).filter(isOfProgram));
}

/** Not what V8 makes for itself. */
function isOfProgram(kind: string): boolean {
  return !['code', 'hidden class', '(system)'].includes(kind);
}

function classifierOf(by: string, { birthdays }: AnalysisJob): Classifier {
  return classifierNamed(by, birthdays.length > 0 ? [byAge(birthdays)] : []);
}

function limited<R extends Analysis['rows'][number]>(rows: R, limit: number | undefined): R {
  return limit === undefined ? rows : limitRows(rows, limit);
}
