/** What a command wants to know of a target. */
import type { Filter } from '../../agent/rows/filter.ts';
import type { Consent } from './consent.ts';
import type { LiveProbe } from './probe-choice.ts';

export interface PartitionQuestion extends Filter {
  /** Of a process; default: a walk where that may run and tells what is wanted, else a snapshot. */
  readonly probe?: LiveProbe;
  /** A classifier; absent: the probe's own. */
  readonly by?: string | undefined;
  /** `all`: the sum over those of a process. */
  readonly isolate: string;
  /** Of a walk: whether the process is stopped, by default unless that would do harm. */
  readonly stop?: boolean | undefined;
  /** Of a walk: a collection before it. */
  readonly collect?: boolean;
  /** The executable of a core file's process. */
  readonly exe?: string | undefined;
  /** What is agreed to of the price. */
  readonly consent: Consent;
}
