/** How often each probe runs, as a configuration file says it. */
import { Cron } from 'croner';
import { z } from 'zod';
import { Probe } from '../../protocol/partition.ts';
import { parseDuration } from '../base/units.ts';
import { atLeast, text } from './config-values.ts';

/** The shortest interval of a schedule that is accepted. */
const MIN_EVERY_MS = 100;

const CRON = /^\S+(?:\s+\S+){4}$/;

/** Milliseconds from one run to the next, as often as the price allows, or at the times of a cron expression. */
export type Every = number | 'auto' | { readonly cron: string };

/** `auto` means: not oftener than this, and not oftener than the probe's pause allows. */
export const AUTO_EVERY_MS = 60_000;

/** How often a probe runs: `5s`, `auto`, `0 4 * * *` (local time), or `false` for never. */
export function parseEvery(value: string, probe: ScheduledProbe): Every | false {
  if (value === 'false') return false;
  if (value === 'auto' && probe !== 'usage') return 'auto';
  if (CRON.test(value.trim())) return { cron: parseCron(value.trim()) };
  return atLeast(parseDuration(value), MIN_EVERY_MS, value, `${MIN_EVERY_MS}ms`);
}

function parseCron(value: string): string {
  try {
    new Cron(value, { mode: '5-part', paused: true });
    return value;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^CronPattern: /, '') : cause;
    throw new RangeError(`expected minute, hour, day, month and weekday such as "0 4 * * *": ${reason}`, { cause });
  }
}

function every(probe: ScheduledProbe, description: string) {
  const how = probe === 'usage' ? 'a duration' : 'a duration, auto';
  return z
    .preprocess(
      (value) => (value === false ? 'false' : value),
      text((value) => parseEvery(value, probe), {
        description: `${description}: ${how}, a cron expression in local time, or false.`,
        examples: ['5s', '10m', '0 4 * * *', 'false'],
      }),
    )
    .meta({ type: ['string', 'boolean'] });
}

/** The probes that a schedule can name, cheapest first. */
export const SCHEDULED_PROBES = Probe.options;
export type ScheduledProbe = Probe;

const EVERY = {
  usage: every('usage', 'How often the gauges are read'),
  walk: every(
    'walk',
    'How often objects are counted by class from outside, which stops the process for under 1 ms a MB; auto leaves out processes that cannot be walked',
  ),
  sampling: every('sampling', 'How often the sampling profile is read'),
  types: every(
    'types',
    "How often objects are counted by V8's types; auto waits for V8's own collections, and leaves out processes that are walked on auto",
  ),
  census: every('census', 'How often objects are counted by class'),
  snapshot: every('snapshot', 'How often a heap snapshot is taken, which stops the target for seconds'),
};

/** How often it is looked where a target's memory is. */
export type MemoryEvery = number | 'auto';
const MIN_MEMORY_MS = 1_000;

function parseMemoryEvery(value: string): MemoryEvery | false {
  if (value === 'false' || value === 'auto') return value === 'auto' && value;
  return atLeast(parseDuration(value), MIN_MEMORY_MS, value, `${MIN_MEMORY_MS}ms`);
}

const MEMORY_EVERY = z
  .preprocess(
    (value) => (value === false ? 'false' : value),
    text(parseMemoryEvery, {
      description:
        'How often it is read from outside which parts RSS has, where the target runs on this machine: a duration, auto, or false.',
      examples: ['auto', '5m', 'false'],
    }),
  )
  .meta({ type: ['string', 'boolean'] });

/** The schedule of all targets. */
export const Schedule = z.strictObject({
  usage: EVERY.usage.prefault('5s'),
  memory: MEMORY_EVERY.prefault('auto'),
  walk: EVERY.walk.prefault('auto'),
  sampling: EVERY.sampling.prefault('auto'),
  types: EVERY.types.prefault('auto'),
  census: EVERY.census.prefault(false),
  snapshot: EVERY.snapshot.prefault(false),
});

/** What one target has otherwise. */
export const ScheduleFile = z.strictObject({ ...EVERY, memory: MEMORY_EVERY }).partial();
export type ScheduleFile = z.infer<typeof ScheduleFile>;
