/**
 * The floors of a gauge: the least reading of each minute of the last hour. The saw teeth of garbage collection stand on
 * them, so they say sooner than the readings whether something stays.
 */

import { type ReadonlySignal, signal } from '@preact/signals-core';
import { maxOf } from '../../../protocol/extremes.ts';
import { theilSen } from '../../alert/statistics/theil-sen.ts';

const STEP_MS = 60_000;
const STEPS = 60;
/** Fewer floors tell no slope. */
const MIN_FLOORS = 8;
const CONFIDENCE = 0.95;

/** A slope an hour; `steady`: none that the floors could show. */
export type Trend =
  | { readonly state: 'unknown' }
  | { readonly state: 'steady' }
  | { readonly state: 'grows' | 'shrinks'; readonly perHour: number };

export class Floors {
  readonly #byStep = new Map<number, number>();
  readonly #version = signal(0);

  /** Rises whenever a floor has changed. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** Takes a reading, or a floor of a time before; in any order. */
  add(atMs: number, value: number): void {
    const step = Math.floor(atMs / STEP_MS);
    const known = this.#byStep.get(step);
    if (known !== undefined && known <= value) return;
    this.#byStep.set(step, value);
    if (this.#byStep.size > 2 * STEPS) this.#forget();
    this.#version.value++;
  }

  /** The last hour, oldest first; null for a minute without a reading. */
  values(nowMs: number): (number | null)[] {
    const last = Math.floor(nowMs / STEP_MS);
    return Array.from({ length: STEPS }, (_, i) => this.#byStep.get(last - STEPS + 1 + i) ?? null);
  }

  trend(nowMs: number): Trend {
    const values = this.values(nowMs);
    // the minute that is under way has not come to its floor
    const known = [...values.entries()].slice(0, -1).filter((entry): entry is [number, number] => entry[1] !== null);
    if (known.length < MIN_FLOORS) return { state: 'unknown' };
    const hours = known.map(([step]) => (step * STEP_MS) / 3_600_000);
    const { slope, lower, upper } = theilSen(
      hours,
      known.map(([, value]) => value),
      CONFIDENCE,
    );
    if (lower > 0) return { state: 'grows', perHour: slope };
    return upper < 0 ? { state: 'shrinks', perHour: slope } : { state: 'steady' };
  }

  #forget(): void {
    const last = maxOf(this.#byStep.keys());
    for (const step of this.#byStep.keys()) if (step <= last - STEPS) this.#byStep.delete(step);
  }
}
