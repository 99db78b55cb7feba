/**
 * A rule's condition over the series of one target: readings in, judgements out. One face for the three conditions.
 *
 *     above    of a gauge: the minimum of a completed window; of kinds: each reading, since what is dead was not counted
 *     growth   the minimum of the last fifth of `within`: a batch that lives for less of it is no growth
 *     trend    minima of completed windows
 */

import { type Condition, type Rule, unitOf } from '../config/rule.ts';
import { GrowthWatch } from './growth-watch.ts';
import type { Judgement } from './life-cycle.ts';
import { Floors } from './statistics/floors.ts';
import { SlidingFloor } from './statistics/sliding-floor.ts';
import { TrendWatch } from './trend-watch.ts';

/** What a judgement rests on, in the unit of what is watched; what does not apply is absent. */
export interface Figures {
  readonly value: number;
  /** Floor at the start of `within`. */
  readonly before?: number;
  readonly perHour?: number;
  /** Ends of the interval of the slope. */
  readonly lowerPerHour?: number;
  readonly upperPerHour?: number;
  /** The smallest slope that the window could have shown. */
  readonly smallestPerHour?: number;
  /** Of what grows ever more slowly: where it ends, and in how many milliseconds it is nearly there. */
  readonly fillsTo?: number;
  readonly fillsInMs?: number;
  /** Bytes of the limit that the rule names a share of, and whose it is. */
  readonly limit?: number;
  readonly limitSource?: string;
}

export interface Judged {
  readonly judgement: Judgement;
  readonly figures: Figures;
}

const HOUR_MS = 3_600_000;
/** Windows of floors in `within`, for growth: fine enough to be in time, long enough for a collection or a batch in each. */
const GROWTH_WINDOWS = 5;
/** The window of floors where a rule has no `within`. */
const ABOVE_WINDOW_MS = 60_000;

/** What a judgement depends on beside the readings. */
export interface Circumstances {
  readonly isFiring?: boolean;
  readonly limit?: { readonly bytes: number; readonly source: string };
}

export interface SeriesWatch {
  /** Takes a reading, not older than the last of its series; tells whether there is something new to judge by. */
  add(series: string, atMs: number, value: number): boolean;
  /** What we caused ourselves: all that was before rises by it. */
  shift(series: string, by: number): void;
  /** Forgets a series, or all. */
  forget(series?: string): void;
  /** Its process has ended and another comes after it: forgets what does not count on. */
  succeed(): void;
  /** What holds now. The series that were read and are not known yet are undecided. */
  judge(series: string, circumstances?: Circumstances): Judged;
}

export function seriesWatch({ when, watch }: Pick<Rule, 'when' | 'watch'>): SeriesWatch {
  switch (when.type) {
    case 'above':
      // the process's memory has no sawtooth, and may be full before a window is over
      return when.of === 'limit' ? new Above(when) : floored(watch, ABOVE_WINDOW_MS, new Above(when));
    case 'growth':
      return new Growth(when, unitOf({ watch }) === 'bytes' ? when.leastBytes : 0);
    case 'trend':
      return new Trend(when);
    case 'ended':
      return new Ended(when);
  }
}

function floored(watch: Rule['watch'], windowMs: number, inner: SeriesWatch): SeriesWatch {
  return watch.type === 'usage' ? new Windowed(windowMs, inner) : inner;
}

/** Makes floors of a gauge's readings. */
class Windowed implements SeriesWatch {
  readonly #windowMs: number;
  readonly #inner: SeriesWatch;
  readonly #floors = new Map<string, Floors>();

  constructor(windowMs: number, inner: SeriesWatch) {
    this.#windowMs = windowMs;
    this.#inner = inner;
  }

  add(series: string, atMs: number, value: number): boolean {
    const floors = this.#floors.get(series) ?? new Floors({ windowMs: this.#windowMs, keep: 1 });
    this.#floors.set(series, floors);
    // known from now on only: that it was so low is certain once its window is over
    return floors.add(atMs, value) && this.#inner.add(series, atMs, floors.values[0]!);
  }

  shift(series: string, by: number): void {
    this.#floors.get(series)?.shift(by);
    this.#inner.shift(series, by);
  }

  forget(series?: string): void {
    if (series === undefined) this.#floors.clear();
    else this.#floors.delete(series);
    this.#inner.forget(series);
  }

  succeed(): void {
    this.forget();
  }

  judge(series: string, circumstances?: Circumstances): Judged {
    return this.#inner.judge(series, circumstances);
  }
}

class Above implements SeriesWatch {
  readonly #when: Extract<Condition, { type: 'above' }>;
  readonly #newest = new Map<string, number>();

  constructor(when: Extract<Condition, { type: 'above' }>) {
    this.#when = when;
  }

  add(series: string, _atMs: number, value: number): boolean {
    this.#newest.set(series, value);
    return true;
  }

  /** A level is what it is, whatever caused it. */
  shift(): void {}

  forget(series?: string): void {
    if (series === undefined) this.#newest.clear();
    else this.#newest.delete(series);
  }

  succeed(): void {
    this.forget();
  }

  judge(series: string, { isFiring = false, limit }: Circumstances = {}): Judged {
    const value = this.#newest.get(series);
    const { value: above, below, of } = this.#when;
    if (value === undefined || (of && !limit))
      return { judgement: 'undecided', figures: { value: value ?? Number.NaN } };
    const level = (isFiring && below !== undefined ? below : above) * (of ? limit!.bytes : 1);
    const figures = { value, ...(of && { limit: limit!.bytes, limitSource: limit!.source }) };
    return { judgement: value > level ? 'true' : 'false', figures };
  }
}

class Growth implements SeriesWatch {
  readonly #watch: GrowthWatch;
  readonly #windowMs: number;
  readonly #floors = new Map<string, SlidingFloor>();

  constructor(when: Extract<Condition, { type: 'growth' }>, least: number) {
    this.#windowMs = when.withinMs / GROWTH_WINDOWS;
    this.#watch = new GrowthWatch({ ...when, least, settlesMs: this.#windowMs });
  }

  add(series: string, atMs: number, value: number): boolean {
    const floors = this.#floors.get(series) ?? new SlidingFloor(this.#windowMs);
    this.#floors.set(series, floors);
    this.#watch.add(series, atMs, floors.add(atMs, value));
    return true;
  }

  shift(series: string, by: number): void {
    this.#floors.get(series)?.shift(by);
    this.#watch.shift(series, by);
  }

  forget(series?: string): void {
    if (series === undefined) this.#floors.clear();
    else this.#floors.delete(series);
    this.#watch.forget(series);
  }

  succeed(): void {
    this.forget();
  }

  judge(series: string): Judged {
    const { state, before, now, filling } = this.#watch.verdict(series);
    const judgement = state === 'undecided' ? 'undecided' : state === 'grown' ? 'true' : 'false';
    const fills = filling && { fillsTo: filling.limit, fillsInMs: filling.inMs };
    return { judgement, figures: { value: now, before, ...fills } };
  }
}

/** Counts what has happened within a while: each reading is how often since the one before. */
class Ended implements SeriesWatch {
  readonly #when: Extract<Condition, { type: 'ended' }>;
  #atMs: number[] = [];

  constructor(when: Extract<Condition, { type: 'ended' }>) {
    this.#when = when;
  }

  add(_series: string, atMs: number, value: number): boolean {
    this.#atMs = this.#atMs.filter((each) => atMs - each < this.#when.withinMs);
    for (let i = 0; i < value; i++) this.#atMs.push(atMs);
    return true;
  }

  /** What we cost a process is no end of it. */
  shift(): void {}

  forget(): void {
    this.#atMs = [];
  }

  /** One process after the other is what it counts. */
  succeed(): void {}

  judge(): Judged {
    const value = this.#atMs.length;
    return { judgement: value >= this.#when.count ? 'true' : 'false', figures: { value } };
  }
}

class Trend implements SeriesWatch {
  readonly #watch: TrendWatch;
  readonly #newest = new Map<string, number>();

  constructor(when: Extract<Condition, { type: 'trend' }>) {
    this.#watch = new TrendWatch({ slopePerMs: when.perMs, confidence: when.confidence, windowMs: when.withinMs });
  }

  add(series: string, atMs: number, value: number): boolean {
    this.#newest.set(series, value);
    return this.#watch.add(series, atMs, value);
  }

  shift(series: string, by: number): void {
    this.#watch.shift(series, by);
  }

  forget(series?: string): void {
    if (series === undefined) this.#newest.clear();
    else this.#newest.delete(series);
    this.#watch.forget(series);
  }

  succeed(): void {
    this.#newest.clear();
    this.#watch.succeed();
  }

  judge(series: string): Judged {
    const { state, slopePerMs, lowerPerMs, upperPerMs, smallestPerMs } =
      this.#watch.look().get(series) ?? this.#watch.verdict(series);
    const filling = this.#watch.filling(series);
    const figures = {
      value: this.#newest.get(series) ?? Number.NaN,
      ...(filling && { fillsTo: filling.limit, fillsInMs: filling.inMs }),
      ...(Number.isFinite(slopePerMs) && { perHour: slopePerMs * HOUR_MS }),
      ...(Number.isFinite(lowerPerMs) && { lowerPerHour: lowerPerMs * HOUR_MS }),
      ...(Number.isFinite(upperPerMs) && { upperPerHour: upperPerMs * HOUR_MS }),
      ...(smallestPerMs !== null && Number.isFinite(smallestPerMs) && { smallestPerHour: smallestPerMs * HOUR_MS }),
    };
    return { judgement: state === 'rising' ? 'true' : state === 'steady' ? 'false' : 'undecided', figures };
  }
}
