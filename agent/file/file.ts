/** Partitions of a snapshot file: `.heapsnapshot`, the same gzipped, or a pipe of either. */
import { randomUUID } from 'node:crypto';
import type { Partition } from '../../protocol/partition.ts';
import type { Filter } from '../rows/filter.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import type { FileEvent } from './file-event.ts';
import { type FileJob, type FileRows, fileRows } from './file-rows.ts';

export type FileProgress = FileEvent;

export interface FileOptions extends Filter {
  /** Classifiers by name, one partition each; `['name']` alone reads no edges and keeps nothing of the file in memory. */
  readonly by: readonly string[];
  /** Name of the target in the partitions; default: the path as given. */
  readonly target?: string;
  readonly label?: string;
  /** Rows of a partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /** Path of an earlier snapshot of the same process: the partitions are of what was born since, by object ids. */
  readonly before?: string;
  readonly signal?: AbortSignal;
  /** Told at most ten times a second. */
  onProgress?(progress: FileProgress): void;
  /**
   * Read in the calling thread, which is blocked meanwhile and does not hear `signal`: for a command that does nothing
   * else and wants no second heap. Default: in a thread of its own.
   */
  readonly inline?: boolean;
}

/**
 * The partitions of a snapshot file, in the order of `by`.
 * @throws SnapshotSyntaxError for what is no whole snapshot, RangeError for an unknown classifier, EpochError where the ids of
 * `before` mean other objects, an Error of one line for a file that cannot be read, the reason of `signal`
 */
export async function partitionFile(path: string, options: FileOptions): Promise<Partition[]> {
  const { by, rows: limit, target = path, label, before, keptBy, without } = options;
  const job: FileJob = {
    path,
    by,
    ...(limit !== undefined && { rows: limit }),
    ...(before !== undefined && { before }),
    ...(keptBy !== undefined && { keptBy }),
    ...(without !== undefined && { without }),
  };
  const { rows, modifiedAtMs, beforeAtMs = modifiedAtMs } = await read(job, options);
  const takenAt = new Date(modifiedAtMs).toISOString();
  const checkpoint = { checkpoint: before ?? '', takenAt: new Date(beforeAtMs).toISOString() };
  return rows.map(({ since, ...each }) => ({
    target,
    isolate: 'main',
    probe: 'snapshot',
    takenAt,
    id: randomUUID(),
    ...each,
    ...(label !== undefined && { label }),
    ...(since && { since: { ...checkpoint, ...since } }),
  }));
}

async function read(job: FileJob, { inline, signal, onProgress }: FileOptions): Promise<FileRows> {
  signal?.throwIfAborted();
  if (inline) return fileRows(job, (event) => onProgress?.(event));
  return inThread<FileEvent, FileRows>(programUrl('./file-thread', import.meta.url), job, {
    ...(signal && { signal }),
    ...(onProgress && { onEvent: onProgress }),
  });
}
