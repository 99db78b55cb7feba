/**
 * One measure of one kind over time, at steps of equal length: what is known, oldest first.
 *
 *     history ─> steps, values ─┬─> min, max, last, delta
 *     live ────────> append ────┴─> steadiness, slope: reckoned when they are asked for, kept until the next change
 */
import { maxOf, minOf } from '../../../../../protocol/extremes.ts';
import { kendallS } from '../../../../alert/statistics/mann-kendall.ts';
import { theilSen } from '../../../../alert/statistics/theil-sen.ts';

/** Points that steadiness and slope are computed from: both take the square of them, for each of thousands of kinds. */
const JUDGED = 32;
/** Fewer tell neither. */
const MIN_JUDGED = 4;
const CONFIDENCE = 0.95;
const HOUR_MS = 3_600_000;

export class KindTrail {
  /** Step numbers, rising. */
  #steps: number[];
  #values: number[];
  #min: number;
  #max: number;
  #steadiness: number | undefined;
  #perHour: number | undefined;

  /** Takes over the arrays. @param bounds of all samples, of which each step has kept its last */
  constructor(steps: number[] = [], values: number[] = [], bounds = { min: Infinity, max: -Infinity }) {
    this.#steps = steps;
    this.#values = values;
    this.#min = bounds.min;
    this.#max = bounds.max;
  }

  get min(): number {
    return this.#values.length === 0 ? 0 : this.#min;
  }

  get max(): number {
    return this.#values.length === 0 ? 0 : this.#max;
  }

  get last(): number {
    return this.#values.at(-1) ?? 0;
  }

  /** What the last point has over the first. */
  get delta(): number {
    return this.last - (this.#values[0] ?? 0);
  }

  /** A value of the same step as the last takes its place. */
  append(step: number, value: number): void {
    if (this.#steps.at(-1) === step) this.#values[this.#values.length - 1] = value;
    else {
      this.#steps.push(step);
      this.#values.push(value);
    }
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    this.#forgetFigures();
  }

  /** Appends what another knows from the last step of this one on. */
  continueWith(later: KindTrail): void {
    const last = this.#steps.at(-1) ?? Number.NEGATIVE_INFINITY;
    for (const [i, step] of later.#steps.entries()) if (step >= last) this.append(step, later.#values[i]!);
  }

  /** Leaves out what was before a step, but for the last value: what is not reported any more has not changed. */
  dropBefore(step: number): void {
    const first = this.#steps.findIndex((each) => each >= step);
    if (first === 0 || this.#steps.length <= 1) return;
    const from = first < 0 ? this.#steps.length - 1 : first;
    this.#steps = this.#steps.slice(from);
    this.#values = this.#values.slice(from);
    this.#min = minOf(this.#values);
    this.#max = maxOf(this.#values);
    this.#forgetFigures();
  }

  /** Its values at steps, rising; null where none is known. */
  at(steps: readonly number[]): (number | null)[] {
    let next = 0;
    return steps.map((step) => {
      while (next < this.#steps.length && this.#steps[next]! < step) next++;
      return this.#steps[next] === step ? this.#values[next]! : null;
    });
  }

  /**
   * Mann–Kendall's z: by how many standard deviations rises outweigh falls among all pairs of points, in comparison with
   * chance. Ties are taken as if they were none: a line that mostly rests seems less steady than it is, never more.
   */
  get steadiness(): number {
    this.#steadiness ??= steadinessOf(this.#min === this.#max ? [] : thinned(this.#values));
    return this.#steadiness;
  }

  /** Theil–Sen's slope; 0 where the points show none. @param stepMs length of a step */
  perHour(stepMs: number): number {
    this.#perHour ??= this.#min === this.#max ? 0 : slopeOf(thinned(this.#steps), thinned(this.#values));
    return (this.#perHour * HOUR_MS) / stepMs;
  }

  #forgetFigures(): void {
    this.#steadiness = undefined;
    this.#perHour = undefined;
  }
}

function steadinessOf(values: readonly number[]): number {
  const n = values.length;
  if (n < MIN_JUDGED) return 0;
  const s = kendallS(values);
  return (s - Math.sign(s)) / Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
}

function slopeOf(steps: readonly number[], values: readonly number[]): number {
  if (values.length < MIN_JUDGED) return 0;
  const { slope, lower, upper } = theilSen(steps, values, CONFIDENCE);
  return lower > 0 || upper < 0 ? slope : 0;
}

/** At most so many, evenly from the first to the last. */
function thinned(points: readonly number[]): readonly number[] {
  if (points.length <= JUDGED) return points;
  const stride = (points.length - 1) / (JUDGED - 1);
  return Array.from({ length: JUDGED }, (_, i) => points[Math.round(i * stride)]!);
}
