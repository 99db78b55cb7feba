/** What is known of a target while it is followed, by the process itself or by a collector. */
import type { TargetCondition } from '../../protocol/events.ts';
import type { Incarnation } from '../../protocol/incarnation.ts';
import type { TargetMemory } from '../../protocol/memory.ts';
import type { Partition, Probe, Usage } from '../../protocol/partition.ts';

/** The probes that give a tail its rows. */
const ROW_PROBES = ['walk', 'types', 'census', 'snapshot'] as const;
export type RowProbe = (typeof ROW_PROBES)[number];

/** `auto`: `walk` where that can run; else `census` while its forecast is inside the limits, else `types` while its own is. */
export const PROBE_CHOICES = ['auto', ...ROW_PROBES] as const;
export type ProbeChoice = (typeof PROBE_CHOICES)[number];

/** How often the target is read, and what that costs it. */
export interface Pace {
  /** The probe of the rows; null while none is affordable. */
  readonly probe: RowProbe | null;
  /** Milliseconds from the start of a reading to the start of the next. */
  readonly everyMs: number;
  /** The share of the target's time that goes into reading it at this pace, 0 to 1. */
  readonly shareRatio: number;
}

/** In the order in which it happened. */
export type TailEvent =
  | { readonly is: 'state'; readonly target: string; readonly state: TargetState }
  | { readonly is: 'usage'; readonly usage: Usage }
  /** What /proc and a walk tell of a process without an inspector, in place of its gauges. */
  | {
      readonly is: 'outside';
      readonly target: string;
      readonly heapUsedBytes: number;
      /** 0 where it has ended since. */
      readonly rssBytes: number;
    }
  | { readonly is: 'memory'; readonly memory: TargetMemory }
  | { readonly is: 'partition'; readonly partition: Partition }
  /** A probe has begun; the next partition, note or state ends it. */
  | { readonly is: 'probing'; readonly target: string; readonly probe: Probe }
  | { readonly is: 'pace'; readonly target: string; readonly pace: Pace }
  | { readonly is: 'mark'; readonly target: string; readonly label: string; readonly by: MarkedBy; readonly at: string }
  /** How many workers live of which nothing is shown. */
  | { readonly is: 'unshown'; readonly target: string; readonly workers: number }
  /** Something that a person should know: a refusal, a failure. */
  | { readonly is: 'note'; readonly target: string; readonly text: string };

/** Who began a phase: a person at a key, the program itself, or somebody through a collector. */
export type MarkedBy = 'key' | 'program' | 'stream';

export interface TargetState extends Incarnation {
  readonly state: TargetCondition;
  readonly nodeVersion?: string | undefined;
  /** Why it is in this state. */
  readonly reason?: string | undefined;
}
