/** The rows of a snapshot file's partitions, by the shortest way that gives them. */
import { classifierNamed } from '../classify/classifiers.ts';
import { HistogramParser, histogramOfFile, type NameHistogram } from '../parse/histogram.ts';
import { limitRows } from '../partition/partition.ts';
import type { RelativeRows } from '../partition/since.ts';
import type { Filter } from '../rows/filter.ts';
import {
  isForSizes,
  type KindRows,
  type PartitionOptions,
  readsLocations,
  readsNoEdges,
  rowsOfHeap,
  rowsOfHistogram,
} from '../rows/partition-parser.ts';
import { throttled } from '../threads/throttle.ts';
import { askFile } from './ask-file.ts';
import type { FileEvent } from './file-event.ts';
import { look, RegularFile, streamInto } from './file-reader.ts';
import { fileSince } from './file-since.ts';
import { inAnyOrder } from './section-order.ts';

export interface FileJob extends Filter {
  readonly path: string;
  readonly by: readonly string[];
  readonly rows?: number;
  /** An earlier snapshot file of the same process: rows are what was born since. */
  readonly before?: string;
}

export interface FileRows {
  /** One for each classifier asked for. */
  readonly rows: readonly (KindRows & Partial<Pick<RelativeRows, 'since'>>)[];
  /** When the file was last modified; for a pipe, now. Milliseconds since 1970. */
  readonly modifiedAtMs: number;
  /** The same of the earlier file, where there is one. */
  readonly beforeAtMs?: number;
}

/** @throws SnapshotSyntaxError, RangeError for an unknown classifier, an Error of one line for a file that cannot be read */
export async function fileRows(job: FileJob, tell: (event: FileEvent) => void): Promise<FileRows> {
  const { path, by, rows, before } = job;
  for (const each of by) classifierNamed(each);
  const { sizeBytes, modifiedAtMs } = look(path);
  if (before !== undefined) return { ...(await rowsSince({ ...job, before }, tell)), modifiedAtMs };
  if (job.keptBy !== undefined || job.without !== undefined)
    return { rows: await filteredRows(job, tell), modifiedAtMs };
  const limit = rows === undefined ? {} : { rows };
  const options: PartitionOptions = { by, ...limit, onClassify: (by) => tell({ phase: 'classifying', by }) };
  return { rows: await rowsOf(path, sizeBytes, options, tell), modifiedAtMs };
}

/** Sets are loaded on request. */
async function filteredRows(job: FileJob, tell: (event: FileEvent) => void): Promise<KindRows[]> {
  const { filtered, rowsOfSet } = await import('../rows/filter.ts');
  const { HeapView } = await import('../sets/view.ts');
  return askFile(job.path, { locations: 'surely', tell: throttled(tell) }, (heap) => {
    const set = filtered(new HeapView(heap), job);
    return job.by.map((by) => {
      tell({ phase: 'classifying', by });
      return rowsOfSet(set, by, job.rows);
    });
  });
}

async function rowsSince(
  { path, before, by, rows: limit }: FileJob & { before: string },
  tell: (event: FileEvent) => void,
): Promise<Pick<FileRows, 'rows' | 'beforeAtMs'>> {
  const rows: FileRows['rows'][number][] = [];
  let beforeAtMs = 0;
  for (const each of by) {
    const found = await fileSince(path, before, each, throttled(tell));
    const { recycled: _, isReversed: _reversed, ...all } = found.rows;
    rows.push(limitRows(all, limit ?? all.rows.length));
    beforeAtMs = found.takenAtMs;
  }
  return { rows, beforeAtMs };
}

/** @param sizeBytes null for what is no regular file */
async function rowsOf(
  path: string,
  sizeBytes: number | null,
  options: PartitionOptions,
  tell: (event: FileEvent) => void,
): Promise<KindRows[]> {
  const { by } = options;
  if (readsNoEdges(by)) {
    const histogram = await histogramOf(path, sizeBytes, tell);
    if (histogram !== null) return by.map(() => rowsOfHistogram(histogram, options.rows));
  }
  const locations = readsLocations(by) ? 'surely' : 'never';
  return askFile(path, { locations, isForSizes: isForSizes(by), tell }, (heap) =>
    by.map((each) => rowsOfHeap(heap, each, options)),
  );
}

/** Null where the edges of a file that may be passed over are not those that its nodes have: the whole tells what is wrong. */
async function histogramOf(
  path: string,
  sizeBytes: number | null,
  tell: (event: FileEvent) => void,
): Promise<NameHistogram | null> {
  if (sizeBytes !== null) {
    using file = new RegularFile(path);
    if (!file.isPacked()) {
      const histogram = inAnyOrder(
        file,
        () => histogramOfFile(file.readAt, sizeBytes),
        () => new HistogramParser(),
      );
      return histogram.edgesAgree ? histogram : null;
    }
  }
  const parser = new HistogramParser();
  const tellSometimes = throttled(tell);
  const total = sizeBytes === null ? {} : { totalBytes: sizeBytes };
  await streamInto(path, parser, (bytes) => tellSometimes({ phase: 'reading', bytes, ...total }));
  return parser.end();
}
