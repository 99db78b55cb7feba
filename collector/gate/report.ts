/** What a gate found, and what it keeps for the next one. */
import type { Interval, KindDelta } from '../testing/report.ts';

export interface GateVerdict {
  readonly state: 'above' | 'under' | 'undecided';
  /** Bytes a request; those more than the baseline's where there is one. */
  readonly judged: Interval;
  /** Rounds more that would decide it; absent where none do. */
  readonly moreRounds?: number;
}

/** What is stored of a run of the main branch. */
export interface GateBaseline {
  readonly bytes: Interval;
  /** Of objects without the stores of collections. */
  readonly objects?: Interval | undefined;
  readonly kinds: readonly KindDelta[];
}

export interface GateReport extends GateVerdict, GateBaseline {
  /** The command, or the running target. */
  readonly target: string;
  readonly maxBytes: number;
  readonly confidence: number;
  /** Requests in the rounds that were judged. */
  readonly requests: number;
  readonly rounds: number;
  readonly baseline?: GateBaseline;
  /** Shortest paths to objects of the kind that grows most. */
  readonly heldBy: readonly string[];
  readonly advice?: string;
  readonly tookMs: number;
}
