/** Consumers of the log: each commits how far it has come, and its state. */
import type { LogEntry } from './log.ts';

/** How far a consumer of the log has come, and its state as text. */
export interface ConsumerOffset {
  readonly name: string;
  /** The last event that the state takes account of. */
  readonly offset: number;
  readonly state: string;
}

/** Where offsets are stored: StoredLog does. What is committed after an event was appended is never stored without it. */
export interface ConsumerOffsets {
  commit(offset: ConsumerOffset): void;
  committed(name: string): ConsumerOffset | undefined;
  /**
   * Calls `take` once what was committed before this start can be read, where it could not be at the start, and before anything
   * is committed over it. One of each name. Gives false where it could be read: `committed` gives it.
   */
  whenCommittedFound(name: string, take: (found: EarlierOffset) => void): boolean;
}

/** What was committed before this start and is found only later. */
export interface EarlierOffset {
  readonly committed: ConsumerOffset | undefined;
  /** The state of alerts then: the newest entry of each, of the log that was. */
  readonly alerts: readonly LogEntry[];
}
