/** Targets, as a configuration file names them. */
import { z } from 'zod';
import { parseTarget } from '../../agent/base/target.ts';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import { oneOrMore, size, text, written } from './config-values.ts';
import { LimitsFile } from './limits-file.ts';
import { ScheduleFile } from './schedule-file.ts';

/** The smallest sampling interval that is accepted. */
const MIN_SAMPLING_BYTES = 1_024;

/** @throws SyntaxError where `value` names no live process. */
export function parseInspect(value: string): string {
  const target = parseTarget(value);
  if (target.kind === 'file' || target.kind === 'collector') {
    throw new SyntaxError(
      `expected a process to attach to: a port (9229), host:port, ws://… or pid:1234, got "${value}"`,
    );
  }
  return value;
}

const NAME = /^[\p{L}\p{N}_:][\p{L}\p{N}_.:@-]{0,63}$/u;

/** A target's name: what globs, labels and the command line can carry. @throws SyntaxError for anything else. */
export function parseName(value: string): string {
  if (NAME.test(value)) return value;
  throw new SyntaxError(`expected a name of 1 to 64 letters, digits and _ . : @ -, got ${JSON.stringify(value)}`);
}

export const name = text(parseName, { description: 'What the target is called on the stream.', examples: ['api'] });

const classifier = text((value) => classifierNamed(value).by, {
  description: 'A classifier, as after --by.',
  examples: CLASSIFIERS.map(({ by }) => by),
});

const isolates = z.union([z.enum(['main', 'all']), z.array(z.string().min(1)).min(1)], {
  error: 'expected main, all, or a list of isolates such as [main, "worker:1"]',
});

/** What a target and those that an entry of `discover` finds have in common. */
export const probing = {
  labels: z.record(z.string(), z.string()).meta({ description: 'Shown with the target; not interpreted.' }).default({}),
  group: name
    .meta({
      description: 'Targets of one group take one snapshot at a time. Without one, the target is a group of its own.',
    })
    .optional(),
  by: oneOrMore(classifier).describe('Classifiers of its snapshots.').prefault(['kind']),
  rows: z.int().min(1).max(10_000).meta({ description: 'Rows of a partition on the stream.' }).default(100),
  isolates: isolates.meta({ description: 'The isolates that are probed.' }).default('main'),
  oomPause: z
    .boolean()
    .meta({
      description:
        "Has V8 pause the main isolate for under 2 s before it gives up for want of heap, and counts what is there then (`walk`). Armed within the last tenth of V8's limit only; refused, with a line in the log, where four times the limit do not fit.",
    })
    .optional(),
  samplingInterval: size('Bytes between two samples on average.', MIN_SAMPLING_BYTES).prefault('512KB'),
  schedule: ScheduleFile.meta({ description: 'Where it differs from the schedule of all targets.' }).optional(),
  limits: LimitsFile.meta({ description: 'Where they differ from the limits of all targets.' }).optional(),
};

export const TargetFile = z.strictObject({
  name,
  inspect: written(parseInspect, {
    description: 'The inspector: port, host:port, ws:// URL or pid:N.',
    examples: ['127.0.0.1:9229', 'pid:4711'],
  }),
  ...probing,
});
export type TargetFile = z.infer<typeof TargetFile>;
