/** A log whose offsets are given elsewhere: the local view of a stream that others read too. */
import type { EventLog, NewEvent } from './log.ts';

export interface ViewLog extends EventLog {
  /** Takes the event at this offset, which is above all before it. */
  place(event: NewEvent, offset: number): void;
  /** Takes note that of what came up to there something is missing here. */
  passOver(offset: number): void;
}
