/**
 * The labels that targets have, as a series of its own that others are joined with:
 *
 *     heapwatch_target_labels{target="api-1",label_group="api",label_region="eu"} 1
 *
 * As kube-state-metrics has them: names are kept apart from ours by `label_`. prom-client wants to know all names in advance,
 * and these are known only when they are asked for: so the metric is made here.
 */
import type { Metric, Registry } from 'prom-client';
import type { TargetState } from '../../protocol/events.ts';
import { label } from './label.ts';

/** Targets, and labels of one, that are told. */
const MAX_TARGETS = 1_000;
const MAX_LABELS = 32;
const NAME = 'heapwatch_target_labels';

interface Value {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** @param states gives how each target is now */
export function targetLabels(registry: Registry, states: () => readonly TargetState[]): void {
  const described = { name: NAME, help: 'The labels of a target; always 1.', type: 'gauge', aggregator: 'sum' };
  const metric = { ...described, reset: () => {}, get: async () => ({ ...described, values: valuesOf(states()) }) };
  registry.registerMetric(metric as unknown as Metric);
}

function valuesOf(states: readonly TargetState[]): Value[] {
  return states.slice(0, MAX_TARGETS).flatMap(({ target, labels = {} }) => {
    const own = Object.entries(labels).slice(0, MAX_LABELS);
    if (own.length === 0) return [];
    const named = own.map(([name, value]) => [`label_${name.replace(/[^A-Za-z0-9_]/g, '_')}`, label(value)] as const);
    return [{ value: 1, labels: { target: label(target), ...Object.fromEntries(named) } }];
  });
}
