/**
 * Where alerts are in the log after a start, by the offset of the event that is read. Pure.
 *
 *     ──── recalled ────┤ state committed ├──── caught up with ────┤ start ├──── judged live ────>
 *
 * Events before the committed state change nothing: they fill the windows of rules. Events between that and the start are
 * judged at the times at which they happened. At the first live event, or the first tick, the past is complete: alerts that
 * nothing judges any more end.
 */
export type Phase = 'recalling' | 'catching-up' | 'live';

export interface Start {
  /** The last event that the committed state takes account of. */
  readonly committedOffset: number;
  /** The newest event when the collector started. */
  readonly startOffset: number;
}

export function phaseOf(offset: number, { committedOffset, startOffset }: Start): Phase {
  if (offset <= committedOffset) return 'recalling';
  return offset <= startOffset ? 'catching-up' : 'live';
}
