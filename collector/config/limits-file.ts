/** What probes may cost, as a configuration file says it. */
import { z } from 'zod';
import { DEFAULT_LIMITS, type PauseBudget } from '../../agent/price/limits.ts';
import { formatDuration, formatSize, parseDuration } from '../base/units.ts';
import { duration, size, text } from './config-values.ts';

const LIMITS = {
  maxPause: duration('The longest pause that one probe may cause.'),
  maxExtraMemory: size('The maximum by which one probe may raise RSS.'),
  pauseBudget: text(parsePauseBudget, {
    description: 'The maximum pause that all probes of a target may cause together, in a span of time.',
    examples: ['30s/h', '5m/d'],
  }),
};

/** The limits of all targets. */
export const Limits = z.strictObject({
  maxPause: LIMITS.maxPause.prefault(formatDuration(DEFAULT_LIMITS.maxPauseMs)),
  // whether it was given decides what becomes of a target whose memory is not known
  maxExtraMemory: LIMITS.maxExtraMemory.meta({ default: formatSize(DEFAULT_LIMITS.maxExtraBytes) }).optional(),
  pauseBudget: LIMITS.pauseBudget.prefault(formatPauseBudget(DEFAULT_LIMITS.pauseBudget)),
});

/** What one target has otherwise. */
export const LimitsFile = z.strictObject(LIMITS).partial();
export type LimitsFile = z.infer<typeof LimitsFile>;

/** `30s/h`, `1m/15m`. @throws RangeError for anything else */
function parsePauseBudget(value: string): PauseBudget {
  const [, pause, per] = /^([^/]+)\/([^/]+)$/.exec(value.trim()) ?? [];
  if (pause === undefined || per === undefined)
    throw new RangeError(`expected a duration in a time such as 30s/h, got "${value}"`);
  return { pauseMs: parseDuration(pause), perMs: parseDuration(/^\d/.test(per) ? per : `1${per}`) };
}

/** As `parsePauseBudget` reads it. */
function formatPauseBudget({ pauseMs, perMs }: PauseBudget): string {
  return `${formatDuration(pauseMs)}/${formatDuration(perMs)}`;
}
