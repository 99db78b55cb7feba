/** Whether a schedule gives a rule the readings that it judges by: so many in each `within`, or any at all. */

import { Cron } from 'croner';
import { maxOf } from '../../protocol/extremes.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { Probe } from '../../protocol/partition.ts';
import { formatDuration } from '../base/units.ts';
import { probesOf, type Rule } from './rule.ts';
import { AUTO_EVERY_MS, type Every } from './schedule-file.ts';

/** Growth is judged between three readings at least, a trend by 36 floors of its longest scale, which is four windows. */
const READINGS = { growth: 3, ended: 3, trend: 9 } as const;
/** Runs of a cron expression that are looked at for the longest time between two. */
const CRON_RUNS = 50;

/** What is missing, and the line to add; undefined where nothing is. */
export function missingReadings(
  rule: Rule,
  { name, schedule }: { readonly name: string; readonly schedule: Readonly<Partial<Record<Probe, Every>>> },
): string | undefined {
  if (rule.watch.type === 'process') return undefined;
  const probes: readonly Probe[] = rule.watch.type === 'usage' ? ['usage'] : probesOf(rule.watch);
  const missing = probes.map((probe) => missingOf(rule, name, { probe, every: schedule[probe] }));
  return missing.includes(undefined) ? undefined : missing.at(-1);
}

function missingOf(
  { when }: Rule,
  name: string,
  { probe, every }: { readonly probe: Probe; readonly every: Every | undefined },
): string | undefined {
  const seldom = seldomOf(when);
  const needed = seldom === undefined ? '' : `, and ${seldom.needed}`;
  const add = (everyMs: number) => `add schedule: { ${probe}: ${formatDuration(everyMs)} }`;
  const enoughMs = seldom?.enoughMs ?? AUTO_EVERY_MS;
  if (every === undefined) return `"${probe}" never runs on "${name}"${needed}: ${add(enoughMs)}`;
  const longestMs = longestOf(every);
  if (seldom === undefined || longestMs <= enoughMs) return undefined;
  return `"${probe}" runs every ${formatDuration(longestMs)} on "${name}"${needed}: ${add(enoughMs)}`;
}

/** The longest time between two readings of which a condition is judged, and why; undefined where one reading is enough. */
export function seldomOf(when: Rule['when']): { readonly enoughMs: number; readonly needed: string } | undefined {
  if (when.type === 'above') return undefined;
  const readings = READINGS[when.type];
  return {
    enoughMs: Math.floor(when.withinMs / readings),
    needed: `${readings} readings have to fall into ${formatDuration(when.withinMs)}`,
  };
}

/** Whether a rule is for a target of this name. */
export function concerns({ targets }: Pick<Rule, 'targets'>, name: string): boolean {
  return targets.some((glob) => matchesGlob(glob, name));
}

/** The longest time from one run to the next. */
function longestOf(every: Every): number {
  if (every === 'auto') return AUTO_EVERY_MS;
  if (typeof every === 'number') return every;
  const runs = new Cron(every.cron, { mode: '5-part', paused: true }).nextRuns(CRON_RUNS);
  const gaps = runs.slice(1).map((run, at) => run.getTime() - runs[at]!.getTime());
  return Math.max(0, maxOf(gaps));
}
