/** The probe `snapshot`: the whole heap, received in a thread of its own and split into partitions there. */
import type { Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../agent.ts';

/**
 * How far a snapshot has come, in this order: the command is sent and the target has not begun (its event loop is busy, or
 * it is paused in a debugger), it walks its heap, it sends, and here the nodes are being sorted into kinds.
 */
export type SnapshotProgress =
  | { phase: 'waiting' }
  | { phase: 'walking'; doneNodes: number; totalNodes: number }
  | { phase: 'receiving'; bytes: number }
  | { phase: 'classifying'; by: string };

export interface SnapshotContext extends ProbeContext {
  /** Classifiers by name, one partition each; `['name']` alone reads no edges and keeps no columns. */
  readonly by: readonly string[];
  /** Path to write the snapshot to as it comes, for Chrome DevTools: mode 0600, under its name only when whole. */
  readonly output?: string;
  /** Whether `output` may take the place of a file that is there; default false. */
  readonly force?: boolean;
  readonly label?: string;
  /** Rows of a partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /** Milliseconds that the target has to begin; default 60,000. 22 and later begin only when their event loop turns. */
  readonly startTimeoutMs?: number;
  /** Told at most ten times a second. */
  onProgress?(progress: SnapshotProgress): void;
}

export interface SnapshotResult {
  /** In the order of `by`. */
  readonly partitions: Partition[];
  /** Size of the snapshot as JSON, the bytes of its file. */
  readonly transferBytes: number;
  readonly output?: { readonly path: string; readonly bytes: number };
}

/**
 * Takes a snapshot of an isolate: one pause of its target. Afterwards no object ids are held and the connection is closed,
 * before the first node is classified.
 * @throws DetachedError when the target goes, SnapshotSyntaxError for what is no snapshot, SnapshotWriteError for `output`,
 * RangeError for an unknown isolate or classifier, the reason of `signal`
 */
export function snapshot(_agent: Agent, _context: SnapshotContext): Promise<SnapshotResult> {
  throw new Error('Cannot take snapshot: not built yet');
}
