/** What a configuration may say of alerts: one schema that gives the rules, their check, and what an editor needs. */
import { z } from 'zod';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import { duration, oneOrMore, text, written } from '../config/config-values.ts';
import { parseDuration, parseSize } from '../units.ts';
import { FIELDS, unknownFields } from './fields.ts';
import { GAUGES, type Rule } from './rule.ts';

const DEFAULT_SERIES = 500;
const PROBES = ['sampling', 'types', 'census', 'snapshot'] as const;

/** Objects, or bytes: `1000`, `5MB`. */
function parseAmount(value: string): number {
  const amount = /^\d+$/.test(value) ? Number(value) : parseSize(value);
  if (Number.isSafeInteger(amount) && amount > 0) return amount;
  throw new RangeError(`expected a number of objects or a size such as 5MB, got "${value}"`);
}

/** `20%` gives 0.2; anything else an amount. */
function parseGrowth(value: string): { growth: number; ratio: boolean } {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(value)?.[1];
  if (percent === undefined) return { growth: parseAmount(value), ratio: false };
  if (Number(percent) > 0) return { growth: Number(percent) / 100, ratio: true };
  throw new RangeError(`expected more than 0%, got "${value}"`);
}

/** `5MB/h` and `1000/10m`: an amount a millisecond. */
function parseRate(value: string): number {
  const [, amount, unit] = /^(\S+?)\s*\/\s*(\S+)$/.exec(value) ?? [];
  if (amount === undefined || unit === undefined) {
    throw new RangeError(`expected a rate such as 5MB/h or 1000/10m, got "${value}"`);
  }
  return parseAmount(amount) / parseDuration(/^\d/.test(unit) ? unit : `1${unit}`);
}

const amount = (description: string) => written(parseAmount, { description, examples: ['1000', '200MB'] });

const Watch = z.union(
  [
    z.strictObject({
      kind: z.string().min(1).meta({ description: 'A glob of kinds; each kind is watched by itself.' }),
      measure: z.enum(['count', 'size']).default('count'),
      probe: z.enum(PROBES).default('types'),
      by: text((value) => classifierNamed(value).by, {
        description: 'The classifier that names the kinds; default kind, for sampling site.',
        examples: CLASSIFIERS.map(({ by }) => by),
      }).optional(),
      isolates: z.enum(['each', 'sum']).default('each'),
    }),
    z.strictObject({ usage: z.enum(GAUGES), isolates: z.enum(['each', 'sum']).default('each') }),
  ],
  { error: `expected { kind: GLOB, measure, probe, by } or { usage: ${GAUGES.join(' | ')} }` },
);

const within = duration('How far back is looked; three readings have to fall into it.');

const When = z.union(
  [
    z.strictObject({ above: amount('Holds while the floor is above it.') }),
    z.strictObject({
      growth: written(parseGrowth, {
        description: 'By how much the floor has risen since the start of `within`.',
        examples: ['1000', '5MB', '20%'],
      }),
      within,
    }),
    z.strictObject({
      trend: written(parseRate, {
        description: 'The rate of growth that is too much.',
        examples: ['5MB/h', '1000/10m'],
      }),
      confidence: z.number().gt(0.5).lt(1).default(0.99).meta({
        description: 'One less it: the chance of a false alarm of this rule in 30 days, over all its kinds.',
      }),
      within: within.default(24 * 3_600_000),
    }),
  ],
  { error: 'expected { above: 200MB }, { growth: 1000, within: 10m } or { trend: 5MB/h, within: 24h }' },
);

const texts = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

export const RuleFile = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z_:][A-Za-z0-9_:]*$/, 'expected a name of letters, digits and _')
      .max(128),
    targets: oneOrMore(z.string().min(1)).default(['*']),
    watch: Watch,
    when: When,
    for: duration('How long it has to hold before the alert fires; default at once.', 0).default(0),
    keepFiringFor: duration('How long it has to have ceased before the alert resolves; default at once.', 0).default(0),
    warmUp: duration('Readings of a process younger than this are left out; default none.', 0).default(0),
    maxSeries: z.int().min(1).max(10_000).default(DEFAULT_SERIES),
    labels: texts.default({}),
    annotations: texts.superRefine(noUnknownFields).default({}),
    escalate: z.union([z.literal(false), z.enum(['types', 'census', 'snapshot'])]).default(false),
    notify: z.array(z.string().min(1)).default([]),
  })
  .transform((file): Rule => {
    const { watch, when } = file;
    return {
      name: file.name,
      targets: file.targets,
      watch: watchOf(watch),
      isolates: watch.isolates,
      when: whenOf(when),
      forMs: file.for,
      keepFiringForMs: file.keepFiringFor,
      warmUpMs: file.warmUp,
      maxSeries: file.maxSeries,
      labels: file.labels,
      annotations: file.annotations,
      escalate: file.escalate === false ? null : file.escalate,
      notify: file.notify,
    };
  });

function noUnknownFields(annotations: Record<string, string>, context: z.RefinementCtx): void {
  for (const [name, template] of Object.entries(annotations)) {
    for (const field of unknownFields(template)) {
      const known = Object.keys(FIELDS).join(', ');
      context.addIssue({ code: 'custom', path: [name], message: `there is no field "${field}", only ${known}` });
    }
  }
}

function watchOf(watch: z.infer<typeof Watch>): Rule['watch'] {
  if ('usage' in watch) return { type: 'usage', gauge: watch.usage };
  const { kind: glob, measure, probe, by = probe === 'sampling' ? 'site' : 'kind' } = watch;
  return { type: 'kind', glob, measure, probe, by };
}

function whenOf(when: z.infer<typeof When>): Rule['when'] {
  if ('above' in when) return { type: 'above', value: when.above };
  if ('growth' in when) return { type: 'growth', ...when.growth, withinMs: when.within };
  return { type: 'trend', perMs: when.trend, confidence: when.confidence, withinMs: when.within };
}
