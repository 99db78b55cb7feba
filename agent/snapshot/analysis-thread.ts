/** The program of the thread that splits a snapshot which another has received, relative to a checkpoint or as a whole. */
import { byAge } from '../classify/age.ts';
import type { Classification, Classifier } from '../classify/classifier.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { Heap } from '../heap/heap.ts';
import { unpacked } from '../heap/packed.ts';
import { ownNodes, without } from '../partition/own-nodes.ts';
import { limitRows, partition } from '../partition/partition.ts';
import { type ClassifiedBy, checkpointOf, maxIdOf, relative } from '../partition/since.ts';
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
  return { rows, maxId: maxIdOf(columns), ...(job.keep && { checkpoint: checkpointOf(columns, kept) }) };
});

function classifierOf(by: string, { birthdays }: AnalysisJob): Classifier {
  return classifierNamed(by, birthdays.length > 0 ? [byAge(birthdays)] : []);
}

function limited<R extends Analysis['rows'][number]>(rows: R, limit: number | undefined): R {
  return limit === undefined ? rows : limitRows(rows, limit);
}
