/**
 * A `trend` rule on all series of one target, at three scales: the rule's window, three quarters of it, and four times as long.
 *
 *     window   ─────────┬────┬─────────────────────────────> time
 *              undecided│0.75│ 1                        4
 *
 * The short one decides early: what grew throughout all of it, each sixth and not only each third of it. The rule's own finds
 * what leaks at an even rate with more noise. What leaks with the load of the day looks there like a wave, and is found in the
 * long one. Before the first is full all is undecided.
 *
 * The rule's 1 − confidence is the chance of a false alarm in 30 days over all its series, scales and looks: each scale has an
 * equal share of it, and spends that as time passes (statistics/spending.ts).
 */
import type { Filling } from './statistics/filling.ts';
import { Spending } from './statistics/spending.ts';
import { NOT_FULL, type TrendRule, type TrendVerdict } from './statistics/trend.ts';
import { TrendScale } from './statistics/trend-scale.ts';

/** Windows of the rule that one window of each scale is; the rule's own is the second. */
export const SCALES = [
  { windows: 0.75, parts: 6 },
  { windows: 1, parts: 3 },
  { windows: 4, parts: 3 },
] as const;
/** Over which 1 − confidence is the chance of a false alarm. */
export const BUDGET_MS = 30 * 24 * 3_600_000;

export class TrendWatch {
  readonly #scales: readonly TrendScale[];

  constructor(rule: Omit<TrendRule, 'parts'>) {
    const share = (1 - rule.confidence) / SCALES.length;
    this.#scales = SCALES.map(({ windows, parts }) => {
      return new TrendScale({ ...rule, parts, windowMs: rule.windowMs * windows }, new Spending(share, BUDGET_MS));
    });
  }

  /** Takes one reading of a series; tells whether a window of floors has completed, so that it is time to look. */
  add(name: string, atMs: number, value: number): boolean {
    // each scale is to have it, whatever the first says
    return this.#scales.map((scale) => scale.add(name, atMs, value)).includes(true);
  }

  /** Takes what we caused ourselves out of what has been seen: all that was before rises by it. */
  shift(name: string, by: number): void {
    for (const scale of this.#scales) scale.shift(name, by);
  }

  /** Forgets a series, or all of them: the target began anew. */
  forget(name?: string): void {
    for (const scale of this.#scales) scale.forget(name);
  }

  /** Its process has ended and another comes after it. */
  succeed(): void {
    for (const scale of this.#scales) scale.succeed();
  }

  /** The series that rise now, by the scale that shows it first. */
  look(): Map<string, TrendVerdict> {
    return new Map(this.#scales.toReversed().flatMap((scale) => [...scale.look()]));
  }

  /**
   * What the last look could say of a series: that it rises, if one scale says so; else what the rule's own window says. Before
   * that is full it is undecided, with what the early one has seen.
   */
  verdict(name: string): TrendVerdict {
    const [early, own, ...longer] = this.#scales.map((scale) => scale.verdict(name));
    const rising = [early!, own!, ...longer].find(({ state }) => state === 'rising');
    if (rising) return rising;
    return own === NOT_FULL ? { ...early!, state: 'undecided' } : own!;
  }

  /** Where a series ends that grows ever more slowly, as the rule's own window sees it. O(n) for n floors. */
  filling(name: string): Filling | undefined {
    return this.#scales[1]!.filling(name);
  }
}
