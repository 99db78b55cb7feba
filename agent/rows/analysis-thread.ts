/** The program of the thread that splits a snapshot which another has received, relative to a checkpoint or as a whole. */
import { byAge } from '../classify/age.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { kind as byKind } from '../classify/kind.ts';
import type { Classification, Classifier } from '../classify/naming/classifier.ts';
import { Heap } from '../graph/heap.ts';
import { inOriginalNames } from '../original/in-use.ts';
import { unpacked } from '../parse/packed.ts';
import { ownNodes, without } from '../partition/own-nodes.ts';
import { limitRows, partition } from '../partition/partition.ts';
import { type Checkpoint, type ClassifiedBy, checkpointOf, fates, maxIdOf, relative } from '../partition/since.ts';
import type { Holders, HoldersQuestion } from '../sets/holders.ts';
import { serve } from '../threads/thread.ts';
import type { Analysis, AnalysisEvent, AnalysisJob } from './analysis-job.ts';

serve<AnalysisJob, AnalysisEvent>(async (job, tell): Promise<Analysis> => {
  const columns = inOriginalNames(unpacked(job.columns));
  const heap = new Heap(columns);
  const own = ownNodes(columns, job.ownIds);
  const kept: ClassifiedBy[] = [];
  const rowsBy = (by: string): Analysis['rows'][number] => {
    tell({ phase: 'classifying', by });
    const classifier = classifierOf(by, job);
    const classification: Classification = without(classifier.classify(heap), own);
    if (job.keep) kept.push({ by: classifier.by, ...classification });
    if (job.against) {
      const { isReversed: _, ...rows } = relative(job.against, columns, classification, classifier);
      return limited(rows, job.rows);
    }
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

/** Sets are loaded on request. */
async function holders(
  heap: Heap,
  own: ReadonlySet<number>,
  question: HoldersQuestion,
  against: Checkpoint | undefined,
): Promise<Holders | null> {
  const { heapSet, wholeHeap } = await import('../sets/heap-set.ts');
  const { holdersOf } = await import('../sets/holders.ts');
  const { HeapView } = await import('../sets/view.ts');
  const view = new HeapView(heap, { strings: question.strings, own });
  if (!against) return holdersOf(wholeHeap(view), question);
  const classification = without(view.classified(byKind), own);
  const born = heapSet(view, fates(against, heap.columns, classification).born);
  const kinds = question.kinds.length > 0 ? question.kinds : born.stat.rows.map(({ kind }) => kind).filter(isOfProgram);
  // all that was born is new
  return holdersOf(born, { kinds, ...(question.grown && { grown: {} }) });
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
