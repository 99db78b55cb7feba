/** What a configuration may say of alerts: one schema that gives the rules, their check, and what an editor needs. */
import { z } from 'zod';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import { parseDuration } from '../base/units.ts';
import { duration, oneOrMore, size, text, written } from './config-values.ts';
import { FIELDS, unknownFields } from './fields.ts';
import { type Level, parseAmount, parseLevel } from './level.ts';
import { type Limit, type Rule, WATCHED_GAUGES } from './rule.ts';

const PROBES = ['walk', 'sampling', 'types', 'census', 'snapshot'] as const;

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

const Watch = z.union(
  [
    z.strictObject({
      kind: z.string().min(1).meta({
        description:
          "A glob of kinds; each kind is watched by itself. V8's own work (`code`, `hidden class`, arrays of no owner) is watched only where it is named.",
      }),
      measure: z.enum(['count', 'size']).default('count'),
      probe: z
        .enum(PROBES)
        .meta({ description: 'Default: `walk` where the target is walked, else `types`.' })
        .optional(),
      by: text((value) => classifierNamed(value).by, {
        description: 'The classifier that names the kinds. Without it: kind, for sampling site.',
        examples: CLASSIFIERS.map(({ by }) => by),
      }).optional(),
      isolates: z.enum(['each', 'sum']).default('each'),
    }),
    z.strictObject({ usage: z.enum(WATCHED_GAUGES), isolates: z.enum(['each', 'sum']).default('each') }),
  ],
  { error: `expected { kind: GLOB, measure, probe, by } or { usage: ${WATCHED_GAUGES.join(' | ')} }` },
);

const within = duration('How far back the rule looks. Three readings have to fall into it.');

const When = z.union(
  [
    z.strictObject({
      above: written(parseLevel, {
        description:
          "Holds while the floor is above it. A percentage is of `limit`, the nearest of the process's memory (a control group's, ulimit's, the machine's), with `usage: rss`; or of `heapLimit`, V8's, with `usage: heapUsed` or `heapTotal`.",
        examples: ['1000', '200MB', '85% of limit', '90% of heapLimit'],
      }),
      below: written(parseLevel, {
        description: 'Once the alert fires, it does so until the floor is no longer above this one. Default: `above`.',
        examples: ['150MB', '60%'],
      }).optional(),
    }),
    z.strictObject({
      growth: written(parseGrowth, {
        description: 'By how much the floor has risen since the start of `within`.',
        examples: ['1000', '5MB', '20%'],
      }),
      within,
      least: size('Of a share of bytes such as 20%: less growth than this is none.').prefault('1MB'),
    }),
    z.strictObject({
      restarts: z.int().min(1).max(1_000).meta({ description: 'So many processes of the target have ended.' }),
      within: within.prefault('10m'),
    }),
    z.strictObject({
      died: z.enum(['any', 'oom']).meta({
        description:
          'A process has ended. oom: for want of memory, as the kernel says or as its heap was full. What signal ended one only its parent knows.',
      }),
      within: duration('How long the alert fires.').prefault('10m'),
    }),
    z.strictObject({
      trend: written(parseRate, {
        description: 'The rate of growth that is too much.',
        examples: ['5MB/h', '1000/10m'],
      }),
      confidence: z.number().gt(0.5).lt(1).default(0.99).meta({
        description: '1 less this is the chance of a false alarm of this rule in 30 days, over all its kinds.',
      }),
      within: within.prefault('24h'),
    }),
  ],
  {
    error:
      'expected { above: 200MB }, { above: 85% of limit, below: 60% }, { growth: 1000, within: 10m }, { trend: 5MB/h, within: 24h }, { restarts: 3, within: 10m } or { died: oom }',
  },
);

const texts = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

const NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;

export const RuleFile = z
  .strictObject({
    name: z.string().regex(NAME, 'expected a name of letters, digits and _').max(128),
    targets: oneOrMore(z.string().min(1)).default(['*']),
    watch: Watch.optional(),
    when: When,
    for: duration('How long the condition has to hold before the alert fires.', 0).prefault('0s'),
    keepFiringFor: duration('How long the condition has to have ceased before the alert resolves.', 0).prefault('0s'),
    warmUp: duration('Readings of a process younger than this are left out.', 0).prefault('0s'),
    maxSeries: z.int().min(1).max(10_000).default(500),
    labels: texts.default({}),
    annotations: texts.superRefine(noUnknownFields).default({}),
    escalate: z.union([z.literal(false), z.enum(['walk', 'types', 'census', 'snapshot'])]).default(false),
    group: z
      .union([z.boolean(), z.string().regex(NAME).max(128)], {
        error: 'expected true, false or the name of an incident',
      })
      .meta({
        description:
          'What grows in one isolate at one time is one incident, with one notification and one set of evidence. A name: rules with the same name share it. false: each kind notifies by itself.',
      })
      .default(true),
    notify: z
      .array(z.string().min(1))
      .meta({ description: 'Names of receivers; "*" is all of them.', examples: [['ops']] })
      .default([]),
    off: z.boolean().meta({ description: 'The rule is not run.' }).default(false),
  })
  .superRefine(({ watch, when }, context) => {
    const counts = 'restarts' in when || 'died' in when;
    if (counts !== (watch === undefined)) {
      const message = counts
        ? 'restarts and deaths are of the target: expected no watch'
        : 'missing; expected { kind: GLOB } or { usage: heapUsed }';
      context.addIssue({ code: 'custom', path: ['watch'], message });
    }
    if (watch === undefined) return;
    for (const [path, message] of levelFaults(watch, when)) {
      context.addIssue({ code: 'custom', path: ['when', path], message });
    }
  })
  .transform((file): Rule => {
    const { watch, when } = file;
    return {
      name: file.name,
      targets: file.targets,
      watch: watchOf(watch),
      isolates: watch?.isolates ?? 'each',
      when: whenOf(when),
      forMs: file.for,
      keepFiringForMs: file.keepFiringFor,
      warmUpMs: file.warmUp,
      maxSeries: file.maxSeries,
      labels: file.labels,
      annotations: file.annotations,
      escalate: file.escalate === false ? null : file.escalate,
      group: file.group === true ? file.name : file.group || null,
      notify: file.notify,
      off: file.off,
    };
  });

/** The gauges that a limit is one of. */
const OF_LIMIT: Readonly<Record<Limit, readonly string[]>> = { limit: ['rss'], heapLimit: ['heapUsed', 'heapTotal'] };

/** What of a level cannot be meant, by its place. */
function levelFaults(watch: z.infer<typeof Watch>, when: z.infer<typeof When>): [path: string, message: string][] {
  if (!('above' in when)) return [];
  const { above, below } = when;
  if (above.ratio !== undefined && above.of === undefined) {
    return [
      ['above', `a percentage is of something: expected "${above.text} of limit" or "${above.text} of heapLimit"`],
    ];
  }
  const gauge = 'usage' in watch ? watch.usage : undefined;
  if (above.of !== undefined && (gauge === undefined || !OF_LIMIT[above.of].includes(gauge))) {
    const wanted = OF_LIMIT[above.of].map((name) => `usage: ${name}`).join(' or ');
    return [['above', `only ${wanted} is a part of ${above.of}, expected that in "watch", or an amount here`]];
  }
  if (above.of !== undefined && watch.isolates === 'sum') {
    return [['above', 'each isolate has a limit of its own: expected "isolates: each", or an amount here']];
  }
  return below === undefined ? [] : belowFaults(above, below);
}

function belowFaults(above: Level, below: Level): [path: string, message: string][] {
  const isShare = below.ratio !== undefined;
  if (isShare !== (above.ratio !== undefined)) {
    return [['below', `expected ${isShare ? 'an amount' : 'a percentage'}, as "above" is, got "${below.text}"`]];
  }
  if (below.of !== undefined && below.of !== above.of)
    return [['below', `expected a percentage of ${above.of}, as "above" is`]];
  if (levelValue(below) < levelValue(above)) return [];
  return [['below', `expected less than "above" (${above.text}), got "${below.text}"`]];
}

function levelValue({ ratio, value }: Level): number {
  return ratio ?? value;
}

function noUnknownFields(annotations: Record<string, string>, context: z.RefinementCtx): void {
  for (const [name, template] of Object.entries(annotations)) {
    for (const field of unknownFields(template)) {
      const known = Object.keys(FIELDS).join(', ');
      context.addIssue({ code: 'custom', path: [name], message: `there is no field "${field}", only ${known}` });
    }
  }
}

function watchOf(watch: z.infer<typeof Watch> | undefined): Rule['watch'] {
  if (watch === undefined) return { type: 'process' };
  if ('usage' in watch) return { type: 'usage', gauge: watch.usage };
  const { kind: glob, measure, probe = null, by = probe === 'sampling' ? 'site' : 'kind' } = watch;
  return { type: 'kind', glob, measure, probe, by };
}

function whenOf(when: z.infer<typeof When>): Rule['when'] {
  if ('above' in when) {
    const { above, below } = when;
    return {
      type: 'above',
      value: levelValue(above),
      ...(above.of !== undefined && { of: above.of }),
      ...(below !== undefined && { below: levelValue(below) }),
    };
  }
  if ('growth' in when) return { type: 'growth', ...when.growth, withinMs: when.within, leastBytes: when.least };
  if ('restarts' in when) return { type: 'ended', how: 'any', count: when.restarts, withinMs: when.within };
  if ('died' in when) return { type: 'ended', how: when.died, count: 1, withinMs: when.within };
  return { type: 'trend', perMs: when.trend, confidence: when.confidence, withinMs: when.within };
}
