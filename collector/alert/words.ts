/** Figures of alerts, as people read them. */
import type { TimeToLimit } from '../../protocol/ceiling.ts';
import { humanCount, humanDuration, humanSize } from '../../protocol/human.ts';
import { type Rule, unitOf } from '../config/rule.ts';
import type { Figures } from './series-watch.ts';

type Unit = ReturnType<typeof unitOf>;

const ONE = { objects: 'object', processes: 'process' } as const;

/** `12,345`; `5.1 MB`. */
export function amount(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return '-';
  return unit === 'bytes' ? humanSize(value) : humanCount(value);
}

/** `1 process`, `12,345 objects`, `5.1 MB`. */
function counted(value: number, unit: Unit): string {
  if (unit === 'bytes') return amount(value, unit);
  return `${amount(value, unit)} ${value === 1 ? ONE[unit] : unit}`;
}

/** Why a rule's condition holds, or does not: `12,345 objects, 1,045 more than 10 min before (asked: 1,000)`. */
export function because(rule: Pick<Rule, 'when' | 'watch'>, figures: Figures): string {
  const unit = unitOf(rule);
  const of = (value: number) => counted(value, unit);
  const { when } = rule;
  switch (when.type) {
    case 'above':
      if (!when.of) return `${of(figures.value)} (asked: above ${of(when.value)})`;
      return `${shareText(figures)} (asked: above ${percent(when.value)})`;
    case 'growth': {
      const delta = figures.value - (figures.before ?? Number.NaN);
      const asked = when.ratio ? `${Number((when.growth * 100).toFixed(2))} %` : of(when.growth);
      const grown = `${of(figures.value)}, ${amount(delta, unit)} more than ${humanDuration(when.withinMs)} before (asked: ${asked})`;
      return `${grown}${fillingText(figures, of)}`;
    }
    case 'ended': {
      const why = when.how === 'oom' ? ' for want of memory' : '';
      return `${of(figures.value)} ended${why} within ${humanDuration(when.withinMs)} (asked: ${humanCount(when.count)})`;
    }
    case 'trend': {
      const rate = (perHour: number | undefined) => `${amount(perHour ?? Number.NaN, unit)}/h`;
      const between = `${rate(figures.lowerPerHour)} to ${rate(figures.upperPerHour)}`;
      const over = `over ${humanDuration(when.withinMs)}`;
      return `${of(figures.value)}, rising by ${rate(figures.perHour)} (${between}) ${over} (asked: ${rate(when.perMs * 3_600_000)})${fillingText(figures, of)}`;
    }
  }
}

/** Where what grows ever more slowly ends: a cache that fills, a warm-up. */
function fillingText({ fillsTo, fillsInMs }: Figures, of: (value: number) => string): string {
  if (fillsTo === undefined || fillsInMs === undefined) return '';
  return `; it grows ever more slowly, towards about ${of(fillsTo)} in ${humanDuration(fillsInMs)}: a cache that fills does`;
}

/** Why an alert is over: `12,345 objects, 37,800 less than when it fired`. */
export function whyOver(rule: Pick<Rule, 'when' | 'watch'>, now: Figures, fired: Figures): string {
  const unit = unitOf(rule);
  const of = (value: number) => counted(value, unit);
  const { when } = rule;
  if (when.type === 'ended') {
    const within = `within ${humanDuration(when.withinMs)}`;
    return `${of(now.value)} ended ${within}, ${amount(fired.value, unit)} when it fired (asked: ${humanCount(when.count)})`;
  }
  const moved = fired.value - now.value;
  const since = moved > 0 ? `${amount(moved, unit)} less than` : moved < 0 ? `${amount(-moved, unit)} more than` : 'as';
  const text = `${of(now.value)}, ${since} when it fired`;
  if (when.type === 'growth') return `${text}: it has stopped growing by what was asked`;
  if (when.type === 'trend') return `${text} at ${amount(fired.perHour ?? Number.NaN, unit)}/h: it rises so no more`;
  return when.of ? `${text}: ${because(rule, now)}` : `${text} (asked: above ${of(when.value)})`;
}

/** `450 MB, 88 % of 512 MB (memory.max of cgroup /app)`. */
function shareText({ value, limit = Number.NaN, limitSource = 'not known' }: Figures): string {
  return `${humanSize(value)}, ${percent(value / limit)} of ${humanSize(limit)} (${limitSource})`;
}

function percent(ratio: number): string {
  return Number.isFinite(ratio) ? `${Number((100 * ratio).toFixed(1))} %` : '-';
}

/** `40 min (30 min to 55 min)`. */
export function timeText({ ms, earliestMs, latestMs, kinds = [] }: TimeToLimit): string {
  const latest = latestMs === undefined ? 'never' : humanDuration(latestMs);
  const shares = kinds.slice(0, 3).map(({ kind, shareRatio }) => `${kind} ${Math.round(100 * shareRatio)} %`);
  const by = shares.length === 0 ? '' : `, of which ${shares.join(', ')}`;
  return `${humanDuration(ms)} (${humanDuration(earliestMs)} to ${latest})${by}`;
}
