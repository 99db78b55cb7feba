/** Partitions of a snapshot file: `.heapsnapshot`, the same gzipped, or a pipe of either. */
import type { Partition } from '../protocol/partition.ts';

export type FileProgress =
  | { phase: 'reading'; bytes: number; totalBytes?: number }
  | { phase: 'classifying'; by: string };

export interface FileOptions {
  /** Classifiers by name, one partition each; `['name']` alone reads no edges. */
  readonly by: readonly string[];
  /** Name of the target in the partitions; default: the path as given. */
  readonly target?: string;
  readonly label?: string;
  /** Rows of a partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  readonly signal?: AbortSignal;
  /** Told at most ten times a second. */
  onProgress?(progress: FileProgress): void;
  /** Read in the calling thread, which it blocks: for a command that does nothing else. Default: in a thread of its own. */
  readonly inline?: boolean;
}

/**
 * The partitions of a snapshot file, in the order of `by`. Memory: the columns, or nothing for `['name']`.
 * @throws SnapshotSyntaxError for what is no whole snapshot, an Error of one line for a file that cannot be read
 */
export function partitionFile(_path: string, _options: FileOptions): Promise<Partition[]> {
  throw new Error('Cannot read snapshot: not built yet');
}
