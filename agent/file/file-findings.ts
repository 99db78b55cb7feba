/** What is found in a snapshot file, and in the files of before. One file after the other is read, and only its rows are kept. */
import type { Findings, ReportedHeap } from '../../protocol/finding.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import { shape } from '../classify/shape.ts';
import { findingsOf } from '../findings/findings.ts';
import type { EarlierHeap } from '../findings/growing.ts';
import { partition } from '../partition/partition.ts';
import { maxIdOf } from '../partition/since.ts';
import { HeapView } from '../sets/view.ts';
import { askFile } from './ask-file.ts';
import type { FileEvent } from './file-event.ts';
import { look } from './file-reader.ts';
import { refusing } from './refusal.ts';

export interface FindingsJob {
  readonly path: string;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
  readonly earlier: readonly EarlierHeap[];
  /** Of the target where it is not the file itself: a snapshot that was taken for this. */
  readonly target?: string;
}

export interface FileFindings extends Findings {
  readonly takenAt: string;
}

export interface EarlierJob {
  readonly path: string;
}

export interface EarlierFile extends EarlierHeap, ReportedHeap {
  /** The highest of V8's own object ids: of one process they rise. */
  readonly maxId: number;
}

/** @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export function fileFindings(job: FindingsJob, tell: (event: FileEvent) => void): Promise<FileFindings> {
  const { path, strings, earlier, target = path } = job;
  return refusing(path, async () => {
    const { modifiedAtMs } = look(path);
    const found = await askFile(path, { locations: 'surely', tell }, (heap) => {
      tell({ phase: 'classifying', by: shape.by });
      return findingsOf(new HeapView(heap, { strings }), { target, earlier });
    });
    return { ...found, takenAt: new Date(modifiedAtMs).toISOString() };
  });
}

/** The rows of an earlier file, by shape. @throws as fileFindings */
export function earlierFile({ path }: EarlierJob, tell: (event: FileEvent) => void): Promise<EarlierFile> {
  return refusing(path, async () => {
    const takenAt = new Date(look(path).modifiedAtMs).toISOString();
    return askFile(path, { locations: 'surely', tell }, (heap) => {
      const { rows, count, sizeBytes } = partition(heap.columns, classificationOf(heap, shape), shape);
      return { target: path, takenAt, count, sizeBytes, rows, maxId: maxIdOf(heap.columns) };
    });
  });
}
