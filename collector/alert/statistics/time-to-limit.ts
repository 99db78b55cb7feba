/**
 * When a limit is reached if what grows goes on at its pace: by the slope of floors, with its interval.
 *
 *     used    . ' . ' | . ' ' . | ' . ' '      floors: minima of windows; a line through them, at its height now
 *
 *     time       what a middling reading, above the line by its half, leaves, by the slope
 *     earliest   what a high one leaves, by the slope's upper end
 *     latest     what a low floor leaves, by its lower end
 *
 * Nothing is said where the interval holds 0: then nothing is seen to grow. Nor is anything said of what lies too far ahead for
 * what was seen: four minutes, in which a program warms up, tell nothing of 17 days. Pure; times are of one clock.
 */
import type { MemoryCeiling, TimeToLimit } from '../../../protocol/ceiling.ts';
import { inflation } from './autocorrelation.ts';
import { Floors } from './floors.ts';
import { theilSen } from './theil-sen.ts';

const HOUR_MS = 3_600_000;
const CONFIDENCE = 0.9;
/** Fewer floors have no slope. */
const LEAST_FLOORS = 8;
const KEPT_FLOORS = 60;
/** Readings that tell how far what is used goes above its floors. */
const KEPT_READINGS = 120;
/**
 * By so much the slope's interval is wider than that of the test: a wave that lasts longer than what was seen of it looks like a
 * slope, and leaks do not keep their pace. Chosen by the corpus (scripts/corpus/limit-times.ts).
 */
const WIDER = 8;
/** Of readings and floors, what counts as high and low: a spike now and then is neither. */
const HIGH = 0.9;
const LOW = 0.1;
/** A time to the limit is given up to so many times the span of the readings. */
const FARTHEST = 300;
/** Windows from short to long: what fills in minutes is seen by the first, what fills in days by the last. */
const WINDOWS_MS = [10_000, 60_000, 600_000] as const;

/** Of one limit of one process. */
export class LimitForecast {
  readonly #floors = WINDOWS_MS.map((windowMs) => new Floors({ windowMs, keep: KEPT_FLOORS }));
  #source = '';
  #limitBytes = 0;
  readonly #recent: { readonly atMs: number; value: number }[] = [];

  /** Takes a reading, not older than the last. Another limit than before begins anew. */
  add(atMs: number, { source, leftBytes, limitBytes }: MemoryCeiling): void {
    if (limitBytes === undefined) return;
    if (source !== this.#source) this.#clear();
    this.#source = source;
    this.#limitBytes = limitBytes;
    const value = limitBytes - leftBytes;
    for (const floors of this.#floors) floors.add(atMs, value);
    this.#recent.push({ atMs, value });
    if (this.#recent.length > KEPT_READINGS) this.#recent.shift();
  }

  #clear(): void {
    for (const floors of this.#floors) floors.clear();
    this.#recent.length = 0;
  }

  /** What we caused ourselves is no growth. */
  shift(by: number): void {
    for (const floors of this.#floors) floors.shift(by);
    for (const reading of this.#recent) reading.value += by;
  }

  /** By the longest window that sees growth; null where none does. */
  now(): TimeToLimit | null {
    for (const floors of this.#floors.toReversed()) {
      const found = this.#by(floors);
      if (found) return found;
    }
    return null;
  }

  #by({ atMs, values }: Floors): TimeToLimit | null {
    if (values.length < LEAST_FLOORS) return null;
    const { slope } = theilSen(atMs, values, CONFIDENCE);
    const seen = theilSen(atMs, values, CONFIDENCE, inflation(atMs, values, slope));
    if (!(seen.lower > 0) || !Number.isFinite(seen.upper)) return null;
    const lower = slope - WIDER * (slope - seen.lower);
    const upper = slope + WIDER * (seen.upper - slope);
    const heights = atMs.map((at, i) => values[i]! - slope * at).sort(ascending);
    const height = quantile(heights, 0.5);
    const above = this.#recent.map(({ atMs: at, value }) => value - slope * at - height).sort(ascending);
    const nowMs = this.#recent.at(-1)!.atMs;
    const left = this.#limitBytes - height - slope * nowMs;
    const high = Math.max(quantile(above, HIGH), quantile(heights, HIGH) - height);
    const low = Math.min(0, quantile(heights, LOW) - height);
    const ms = Math.max(0, left - Math.max(0, quantile(above, 0.5))) / slope;
    if (ms > FARTHEST * (atMs.at(-1)! - atMs[0]!)) return null;
    return {
      source: this.#source,
      perHour: slope * HOUR_MS,
      lowerPerHour: lower * HOUR_MS,
      upperPerHour: upper * HOUR_MS,
      ms,
      earliestMs: Math.min(ms, Math.max(0, left - high) / upper),
      ...(lower > 0 && { latestMs: Math.max(ms, (left - low) / lower) }),
    };
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** @param sorted ascending, at least one */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
}
