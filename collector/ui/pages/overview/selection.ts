/** Which targets the overview shows, in which groups and in which order. */
import type { TargetState } from '../../../../protocol/events.ts';
import { matchesGlob } from '../../../../protocol/glob.ts';

/** What is known of a target to choose it by. */
export interface Candidate {
  readonly name: string;
  readonly state: TargetState | undefined;
  readonly firing: number;
  readonly pending: number;
  /** Used of its limit, 0 to 1. */
  readonly fill: number;
  /** Bytes an hour; 0 where it does not grow. */
  readonly growth: number;
}

export const SORTS = ['attention', 'name', 'fill', 'growth'] as const;
export type Sort = (typeof SORTS)[number];

/**
 * Whether a target is meant by what somebody types: each word has to be part of its name, its state or a label's value, be
 * `label=value`, or be a glob of its name.
 */
export function isMeant({ name, state }: Pick<Candidate, 'name' | 'state'>, typed: string): boolean {
  const labels = Object.entries(state?.labels ?? {});
  const texts = [name, state?.state ?? '', ...labels.map(([, value]) => value)].map((text) => text.toLowerCase());
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .every(
      (word) =>
        texts.some((text) => text.includes(word)) ||
        labels.some(([label, value]) => `${label}=${value}`.toLowerCase() === word) ||
        matchesGlob(word, name.toLowerCase()),
    );
}

/** `attention`: what fires first, then what is pending, then what is not attached to, then by name. */
export function sorted<T extends Candidate>(targets: readonly T[], sort: Sort): T[] {
  const byName = (a: T, b: T) => (a.name < b.name ? -1 : 1);
  const weight = ({ firing, pending, state }: T) =>
    firing * 1_000 + pending * 10 + (state && state.state !== 'attached' ? 1 : 0);
  const order: Record<Sort, (a: T, b: T) => number> = {
    attention: (a, b) => weight(b) - weight(a) || byName(a, b),
    name: byName,
    fill: (a, b) => b.fill - a.fill || byName(a, b),
    growth: (a, b) => b.growth - a.growth || byName(a, b),
  };
  return [...targets].sort(order[sort]);
}

export interface Group<T> {
  /** The label's value; undefined for those without that label. */
  readonly value: string | undefined;
  readonly targets: readonly T[];
}

/** By the value of `label`, those that have none last; one group where no label is given. */
export function grouped<T extends Candidate>(targets: readonly T[], label: string | undefined): Group<T>[] {
  if (label === undefined) return [{ value: undefined, targets }];
  const groups = new Map<string | undefined, T[]>();
  for (const target of targets) {
    const value = target.state?.labels?.[label];
    groups.set(value, [...(groups.get(value) ?? []), target]);
  }
  return [...groups]
    .map(([value, members]) => ({ value, targets: members }))
    .sort((a, b) => (a.value === undefined ? 1 : b.value === undefined ? -1 : a.value < b.value ? -1 : 1));
}

/** Every label that some target has, by name. */
export function labelNames(targets: readonly Pick<Candidate, 'state'>[]): string[] {
  return [...new Set(targets.flatMap(({ state }) => Object.keys(state?.labels ?? {})))].sort();
}
