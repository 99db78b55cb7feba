/** Somebody who gets alerts. */
import type { Notice } from './notice.ts';

/**
 * What became of a notice. `refused`: it will never be accepted, whatever is tried. `failed`: it may be later, not before
 * `retryInMs` where the receiver said so. Reasons hold neither addresses nor secrets.
 */
export type Outcome =
  | { readonly type: 'accepted' }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string; readonly retryInMs?: number };

export interface Receiver {
  /** How often it wants to be sent again what fires; absent: once is enough. */
  readonly repeatMs?: number;
  /** Tells it; never throws. */
  send(notice: Notice, signal: AbortSignal): Promise<Outcome>;
}
