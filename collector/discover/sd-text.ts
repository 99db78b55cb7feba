/**
 * The text of a file in the format of Prometheus' file_sd, JSON or YAML:
 *
 *     [ { "targets": ["10.0.0.7:9229"], "labels": { "service": "api", "__heapwatch_group__": "api" } } ]
 *
 * Labels that begin with `__` are no labels of the target: heapwatch's own are settings, others are left out.
 */

import { parse } from 'yaml';
import { z } from 'zod';
import { outside } from '../../agent/base/outside-schema.ts';
import { TEXT_LENGTHS } from '../../agent/base/outside-text.ts';
import { parseTarget } from '../../agent/base/target.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { limitsGiven } from '../config/limits-config.ts';
import { LimitsFile } from '../config/limits-file.ts';
import { parseName } from '../config/target-file.ts';
import type { DiscoveredTarget } from './discovered-target.ts';

const Name = z.string().transform((value, context) => {
  try {
    return parseName(value);
  } catch (error) {
    context.addIssue(reasonOf(error));
    return z.NEVER;
  }
});

const Settings = z.object({
  __heapwatch_name__: Name.optional(),
  __heapwatch_group__: Name.optional(),
  __heapwatch_max_pause__: LimitsFile.shape.maxPause,
  __heapwatch_max_extra_memory__: LimitsFile.shape.maxExtraMemory,
  __heapwatch_pause_budget__: LimitsFile.shape.pauseBudget,
});

/** Labels of one group. */
const MAX_LABELS = 64;
const Labels = z
  .record(z.string().max(TEXT_LENGTHS.label), outside(TEXT_LENGTHS.label))
  .refine((labels) => Object.keys(labels).length <= MAX_LABELS, { error: `expected at most ${MAX_LABELS} labels` });

const Groups = z.array(
  z.looseObject({
    targets: z.array(z.string().refine(isAddress, { error: 'expected host:port' })),
    labels: Labels.optional(),
  }),
);

/** The targets that it names. @throws Error of one line */
export function readSdText(text: string): DiscoveredTarget[] {
  const groups = Groups.safeParse(parse(text));
  if (!groups.success) throw new Error(firstOf(groups.error));
  return groups.data.flatMap(({ targets, labels = {} }) => {
    const settings = settingsOf(labels);
    return targets.map((address): DiscoveredTarget => ({ address, ...settings }));
  });
}

function settingsOf(labels: Readonly<Record<string, string>>): Omit<DiscoveredTarget, 'address'> {
  const settings = Settings.safeParse(labels);
  if (!settings.success) throw new Error(firstOf(settings.error));
  const {
    __heapwatch_name__: name,
    __heapwatch_group__: group,
    __heapwatch_max_pause__: maxPause,
    __heapwatch_max_extra_memory__: maxExtraMemory,
    __heapwatch_pause_budget__: pauseBudget,
  } = settings.data;
  const shown = Object.entries(labels).filter(([key]) => !key.startsWith('__'));
  return {
    labels: Object.fromEntries(shown),
    ...(name !== undefined && { name }),
    ...(group !== undefined && { group }),
    limits: limitsGiven({ maxPause, maxExtraMemory, pauseBudget }),
  };
}

function isAddress(text: string): boolean {
  try {
    return parseTarget(text).kind === 'address';
  } catch {
    return false; // the schema says what it wants instead
  }
}

function firstOf({ issues }: z.ZodError): string {
  const [{ path, message } = { path: [], message: 'expected a list of { targets, labels }' }] = issues;
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
