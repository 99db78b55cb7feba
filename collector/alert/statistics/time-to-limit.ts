/**
 * When a limit is reached if what grows goes on at its pace: by the slope of floors, with its interval.
 *
 *     used    . ' . ' | . ' ' . | ' . ' '      floors: minima of windows
 *     left / slope = time      left / upper end = earliest      left / lower end = latest, or never
 *
 * Nothing is said where the interval holds 0: then nothing is seen to grow. Pure; times are of one clock.
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
/** Windows from short to long: what fills in minutes is seen by the first, what fills in days by the last. */
const WINDOWS_MS = [10_000, 60_000, 600_000] as const;

/** Of one limit of one process. */
export class LimitForecast {
  readonly #floors = WINDOWS_MS.map((windowMs) => new Floors({ windowMs, keep: KEPT_FLOORS }));
  #source = '';
  #leftBytes = 0;

  /** Takes a reading, not older than the last. Another limit than before begins anew. */
  add(atMs: number, { source, leftBytes, limitBytes }: MemoryCeiling): void {
    if (limitBytes === undefined) return;
    if (source !== this.#source) for (const floors of this.#floors) floors.clear();
    this.#source = source;
    this.#leftBytes = leftBytes;
    for (const floors of this.#floors) floors.add(atMs, limitBytes - leftBytes);
  }

  /** What we caused ourselves is no growth. */
  shift(by: number): void {
    for (const floors of this.#floors) floors.shift(by);
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
    const { lower, upper } = theilSen(atMs, values, CONFIDENCE, inflation(atMs, values, slope));
    if (!(lower > 0) || !Number.isFinite(upper)) return null;
    const left = this.#leftBytes;
    return {
      source: this.#source,
      perHour: slope * HOUR_MS,
      lowerPerHour: lower * HOUR_MS,
      upperPerHour: upper * HOUR_MS,
      ms: left / slope,
      earliestMs: left / upper,
      latestMs: left / lower,
    };
  }
}
