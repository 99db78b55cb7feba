/** A rule as judgement needs it: what to watch, when it holds, and what follows. */
import type { Probe } from '../../protocol/partition.ts';

/** In a rule, every receiver. */
export const ALL_RECEIVERS = '*';

/** Gauges of `usage` that a rule can watch; `rss` is the whole process's. */
export const WATCHED_GAUGES = ['heapUsed', 'heapTotal', 'external', 'arrayBuffers', 'rss'] as const;
export type WatchedGauge = (typeof WATCHED_GAUGES)[number];

/** Kinds by a glob, each by itself, as one probe and one classifier count them. */
export interface KindWatch {
  readonly type: 'kind';
  readonly glob: string;
  readonly measure: 'count' | 'size';
  /** Null: walks or types, whichever is read oftener of the target. */
  readonly probe: Exclude<Probe, 'usage'> | null;
  readonly by: string;
}

/** Probes whose readings such a rule may judge by. */
export function probesOf({ probe }: KindWatch): readonly Probe[] {
  return probe === null ? ['walk', 'types'] : [probe];
}

export interface UsageWatch {
  readonly type: 'usage';
  readonly gauge: WatchedGauge;
}

/** Its processes, one after the other. */
export interface ProcessWatch {
  readonly type: 'process';
}

/** Isolates by themselves, or the sum of all that live. */
export type Isolates = 'each' | 'sum';

/** What a percentage is of: the nearest limit of the process's memory, or V8's of the isolate's heap. */
export const LIMITS = ['limit', 'heapLimit'] as const;
export type Limit = (typeof LIMITS)[number];

export type Condition =
  | {
      readonly type: 'above';
      /** With `of` a ratio of that limit, else an amount. */
      readonly value: number;
      readonly of?: Limit;
      /** Once it fires, it holds until the level is no longer above this one, in the terms of `value`. */
      readonly below?: number;
    }
  | {
      readonly type: 'growth';
      readonly growth: number;
      readonly ratio: boolean;
      readonly withinMs: number;
      /** Of a ratio of bytes: less is no growth, whatever share it is. */
      readonly leastBytes: number;
    }
  | {
      /** So many processes of the target have ended. */
      readonly type: 'ended';
      /** `oom`: for want of memory. */
      readonly how: 'any' | 'oom';
      readonly count: number;
      readonly withinMs: number;
    }
  | { readonly type: 'trend'; readonly perMs: number; readonly confidence: number; readonly withinMs: number };

/** How long its condition has to hold before it fires, and to fail before it is resolved. */
export interface LifeCycle {
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

export interface Rule extends LifeCycle {
  readonly name: string;
  /** Globs of target names. */
  readonly targets: readonly string[];
  readonly watch: KindWatch | UsageWatch | ProcessWatch;
  readonly isolates: Isolates;
  readonly when: Condition;
  /** Readings from a process younger than this are left out. */
  readonly warmUpMs: number;
  /** Series of one target that are watched; kinds beyond it, the smallest at first sight, are not. */
  readonly maxSeries: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Texts with fields: `{{kind}} grew by {{delta}}`. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The probe that evidence may go up to; null: none is run for it. */
  readonly escalate: 'walk' | 'types' | 'census' | 'snapshot' | null;
  /** The name of the incident that what it finds in one isolate at one time makes up; null: each alert is by itself. */
  readonly group: string | null;
  /** Names of receivers; `*` is all of them. */
  readonly notify: readonly string[];
  /** Is not run. */
  readonly off: boolean;
}

/** Whether a rule notifies a receiver. */
export function notifies({ notify }: Pick<Rule, 'notify'>, receiver: string): boolean {
  return notify.includes(receiver) || notify.includes(ALL_RECEIVERS);
}

/** The unit of what a rule watches. */
export function unitOf({ watch }: Pick<Rule, 'watch'>): 'objects' | 'bytes' | 'processes' {
  if (watch.type === 'process') return 'processes';
  return watch.type === 'kind' && watch.measure === 'count' ? 'objects' : 'bytes';
}
