/**
 * A `trend` rule on all series of one target, at two scales: the rule's window, and one four times as long.
 *
 * The short one finds what leaks at an even rate soonest. What leaks with the load of the day looks there like a wave, and
 * is found in the long one.
 *
 * The rule's 1 − confidence is the chance of a false alarm in 30 days over all its series, and is spent evenly on its looks.
 */
import type { TrendRule, TrendVerdict } from './statistics/trend.ts';
import { TrendScale } from './statistics/trend-scale.ts';

/** Windows of the rule that one window of each scale is. */
export const SCALES = [1, 4] as const;
/** Over which 1 − confidence is the chance of a false alarm. */
export const BUDGET_MS = 30 * 24 * 3_600_000;

export class TrendWatch {
  readonly #scales: readonly TrendScale[];

  constructor(rule: TrendRule) {
    const errorRatePerMs = (1 - rule.confidence) / BUDGET_MS / SCALES.length;
    this.#scales = SCALES.map((scale) => new TrendScale({ ...rule, windowMs: rule.windowMs * scale }, errorRatePerMs));
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

  /** The series that rise now, by the scale that shows it first. */
  look(): Map<string, TrendVerdict> {
    return new Map(this.#scales.toReversed().flatMap((scale) => [...scale.look()]));
  }

  /** What the last look could say of a series: that it rises, if one scale says so; else what the rule's own window says. */
  verdict(name: string): TrendVerdict {
    const verdicts = this.#scales.map((scale) => scale.verdict(name));
    return verdicts.find(({ state }) => state === 'rising') ?? verdicts[0]!;
  }
}
