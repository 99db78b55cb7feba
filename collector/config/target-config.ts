/** How targets are attached to and probed, as a collector runs with it. */
import type { Limits } from '../../agent/price/limits.ts';
import { limitsGiven } from './limits-config.ts';
import type { Every, MemoryEvery, ScheduledProbe, ScheduleFile } from './schedule-file.ts';
import type { TargetFile } from './target-file.ts';

/** When each probe runs; absent: never. */
export type Intervals = Readonly<Partial<Record<ScheduledProbe, Every>>> & { readonly memory?: MemoryEvery };

export interface TargetConfig {
  readonly name: string;
  /** As its user wrote it: `9229`, `127.0.0.1:9229`, `ws://…`, `pid:4711`. */
  readonly inspect: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Targets of one group take one snapshot at a time. */
  readonly group: string;
  readonly by: readonly string[];
  /** Rows of a partition; the rest goes to `other`. */
  readonly rows: number;
  readonly isolates: 'main' | 'all' | readonly string[];
  readonly samplingIntervalBytes: number;
  /** V8 pauses before it gives up. Default: it does not. */
  readonly oomPause?: boolean;
  readonly schedule: Intervals;
  readonly limits: Limits;
}

/** What a target that is found does not say itself; without a group each is one of its own. */
export type FoundConfig = Omit<TargetConfig, 'name' | 'inspect' | 'group'> & { readonly group?: string };

/** What all targets begin with. */
export type TargetBase = Pick<TargetConfig, 'schedule' | 'limits'>;

export function targetConfig(target: TargetFile, base: TargetBase, forced: readonly ScheduleFile[]): TargetConfig {
  const { name, inspect } = target;
  return { name, inspect, group: name, ...foundConfig(target, base, forced) };
}

export function foundConfig(
  target: Omit<TargetFile, 'name' | 'inspect'>,
  { schedule, limits }: TargetBase,
  forced: readonly ScheduleFile[],
): FoundConfig {
  return {
    labels: target.labels,
    ...(target.group !== undefined && { group: target.group }),
    by: target.by,
    rows: target.rows,
    isolates: target.isolates,
    samplingIntervalBytes: target.samplingInterval,
    ...(target.oomPause && { oomPause: true }),
    schedule: [target.schedule, ...forced].reduce<Intervals>(merge, schedule),
    limits: { ...limits, ...limitsGiven(target.limits ?? {}) },
  };
}

/** `over` laid over `base`; what it sets to false is gone. */
export function merge(base: Intervals, over: ScheduleFile | undefined): Intervals {
  const merged = Object.entries({ ...base, ...over }).filter(([, every]) => every !== false && every !== undefined);
  return Object.fromEntries(merged);
}
