/** What the collector's thread and the store's thread say to each other. */
import type { RetentionLimits } from '../config/store-config.ts';
import type { StoreFault } from '../log/store-health.ts';
import type { Batch, LogPosition } from './writer.ts';

/** What the thread is started with. */
export interface ThreadStart {
  readonly path: string;
  readonly limits: RetentionLimits;
  /** The log that it is a view of, whose offsets are given elsewhere; absent: it has one of its own. */
  readonly view?: string;
}

/** A batch whose events are frames: a text crosses threads faster than an object. */
export interface FrameBatch extends Omit<Batch, 'events'> {
  readonly events: readonly { readonly offset: number; readonly agedMs: number; readonly frame: string }[];
  /** First put the file aside, since it is damaged, and begin a new one with offsets above this. */
  readonly anew?: { readonly above: number };
}

export type Job =
  | { readonly is: 'open' }
  | { readonly is: 'write'; readonly batch: FrameBatch }
  | { readonly is: 'retain'; readonly agedMs: number }
  | { readonly is: 'close' };

export type StoreReply =
  | { readonly position: LogPosition; readonly aside?: string }
  | { readonly fault: StoreFault; readonly message: string };
