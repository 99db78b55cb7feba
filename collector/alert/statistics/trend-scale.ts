/**
 * A `trend` rule on all series of one target, at one scale: floors of each, and a judgement of all together whenever windows
 * of floors complete.
 *
 *     readings by series ─> Floors ─┬─> p of each ─> one threshold for all series and looks ─> verdict of each
 *                                   └─> not full: undecided
 *
 * The looks are as many as windows of floors complete, however often readings come: between them nothing new is known.
 */
import { discoveryThreshold, loneThreshold } from './false-discovery-rate.ts';
import { type Filling, fillingOf } from './filling.ts';
import { Floors } from './floors.ts';
import type { Spending } from './spending.ts';
import { COMPARED_FLOORS, succeed } from './succession.ts';
import {
  FLOORS_PER_WINDOW,
  isFull,
  judgeTrend,
  NOT_FULL,
  type Standard,
  type TrendRule,
  type TrendVerdict,
  trendP,
  type Window,
} from './trend.ts';

interface TrendSeries {
  readonly floors: Floors;
  rising: boolean;
  /** Of the last look; null before the window is full. */
  standard: Standard | null;
  /** Of the process before, until it is known whether this one behaves alike. */
  before: Window | null;
}

export class TrendScale {
  readonly rule: TrendRule;
  readonly #floorMs: number;
  /** The chance of a false alarm among all series. */
  readonly #spending: Spending;
  readonly #series = new Map<string, TrendSeries>();
  #rising = new Map<string, TrendVerdict>();
  #dueForLook = false;
  /** Of the newest reading. */
  #nowMs = 0;

  /** @param spending chance of a false alarm among all series, over all looks */
  constructor(rule: TrendRule, spending: Spending) {
    this.rule = rule;
    this.#floorMs = rule.windowMs / FLOORS_PER_WINDOW;
    this.#spending = spending;
  }

  /** Takes one reading of a series; tells whether a window of floors has completed, so that it is time to look. */
  add(name: string, atMs: number, value: number): boolean {
    let series = this.#series.get(name);
    if (!series) {
      const floors = new Floors({ windowMs: this.#floorMs, keep: FLOORS_PER_WINDOW });
      series = { floors, rising: false, standard: null, before: null };
      this.#series.set(name, series);
    }
    this.#spending.begin(atMs);
    this.#nowMs = Math.max(this.#nowMs, atMs);
    const completed = series.floors.add(atMs, value);
    if (completed && series.before && series.floors.values.length === COMPARED_FLOORS) {
      succeed(series.before, series.floors, this.rule.slopePerMs, this.#floorMs);
      series.before = null;
    }
    this.#dueForLook ||= completed;
    return completed;
  }

  /** Takes what we caused ourselves out of what has been seen: all that was before rises by it. */
  shift(name: string, by: number): void {
    this.#series.get(name)?.floors.shift(by);
  }

  /** Forgets a series, or all of them: the target began anew. */
  forget(name?: string): void {
    if (name === undefined) this.#series.clear();
    else this.#series.delete(name);
    this.#dueForLook = true;
  }

  /** Its process has ended and another comes after it: what was seen counts on where that behaves alike. */
  succeed(): void {
    for (const [name, { floors }] of this.#series) {
      const before = { atMs: [...floors.atMs], values: [...floors.values] };
      // what was not seen in the last process is not waited for in the next
      if (floors.values.length === 0) this.#series.delete(name);
      else this.#series.set(name, { floors, before, rising: false, standard: null });
      floors.clear();
    }
    this.#dueForLook = true;
  }

  /** The series that rise now. O(m · n²) for m series of n floors, and O(n² log n) for each that may rise. */
  look(): ReadonlyMap<string, TrendVerdict> {
    if (this.#dueForLook) this.#rising = this.#judge();
    this.#dueForLook = false;
    return this.#rising;
  }

  /** What the last look could say of a series, whether it rises or not. O(n² log n). */
  verdict(name: string): TrendVerdict {
    const series = this.#series.get(name);
    return series?.standard ? judgeTrend(series.floors, this.rule, series.standard) : NOT_FULL;
  }

  /** Where a series ends that grows ever more slowly; undefined where it does not, or is too young. */
  filling(name: string): Filling | undefined {
    const floors = this.#series.get(name)?.floors;
    return floors && fillingOf(floors.atMs, floors.values);
  }

  #judge(): Map<string, TrendVerdict> {
    // before there is anything to judge nothing is spent: it is there for the first look
    if (![...this.#series.values()].some(({ floors }) => isFull(floors, this.rule))) return new Map();
    const errorRate = this.#spending.look(this.#nowMs);
    const full = [...this.#series].filter(([, { floors }]) => isFull(floors, this.rule));
    const pValues = full.map(([, { floors }]) => trendP(floors, errorRate));
    const threshold = discoveryThreshold(pValues, errorRate);
    const lone = loneThreshold(full.length, errorRate);
    const rising = new Map<string, TrendVerdict>();
    full.forEach(([name, series], i) => {
      const p = pValues[i]!;
      series.standard = { p, threshold, lone, rising: series.rising };
      const verdict = p <= threshold ? judgeTrend(series.floors, this.rule, series.standard) : undefined;
      series.rising = verdict?.state === 'rising';
      if (verdict && series.rising) rising.set(name, verdict);
    });
    return rising;
  }
}
