/** What the thread of a live snapshot is asked to do, and what it tells meanwhile. */
import type { Holders, HoldersQuestion } from '../sets/holders.ts';
import type { OutputPaths } from './output.ts';
import type { Received } from './receiver.ts';
import type { KindRows } from './splitter.ts';

/** A snapshot to be received. */
export interface ColumnsJob {
  readonly inspectorUrl: string;
  readonly isolate: string;
  readonly startTimeoutMs: number;
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

export interface LiveResult {
  /** One for each classifier asked for. */
  readonly rows: readonly KindRows[];
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
}
