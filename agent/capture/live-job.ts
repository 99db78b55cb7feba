/** What the thread of a live snapshot is asked to do, and what it tells meanwhile. */
import type { HoldersQuestion } from '../sets/holders.ts';
import type { Bounds } from './bounds.ts';
import type { OutputPaths } from './output.ts';
import type { Received } from './receiver.ts';

/** A snapshot to be received. */
export interface ColumnsJob {
  readonly inspectorUrl: string;
  readonly isolate: string;
  readonly startTimeoutMs: number;
  readonly bounds: Bounds;
}

/** The same, and what to make of it while it comes. */
export interface LiveJob extends ColumnsJob {
  readonly by: readonly string[];
  readonly rows?: number;
  readonly output?: OutputPaths;
  readonly holders?: HoldersQuestion;
}

export type LiveEvent =
  | { phase: 'waiting' }
  | { phase: 'walking'; doneNodes: number; totalNodes: number }
  | { phase: 'receiving'; bytes: number }
  /** The snapshot is here and whole, the target is let go; what follows is computing. */
  | { phase: 'received'; received: Received }
  | { phase: 'classifying'; by: string };
