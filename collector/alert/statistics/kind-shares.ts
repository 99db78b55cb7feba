/**
 * Which kinds make memory grow, by the slopes of their bytes with their intervals, and what share of a growth each has.
 *
 *     partitions of one isolate, in their order ──> bytes of each kind over time ──> slope, interval ──> share of the whole slope
 *
 * Sizes are of the objects themselves, so that what they hold counts where it lies. Pure; times are of one clock.
 */
import type { GrowthShare } from '../../../protocol/ceiling.ts';
import { isMachinery } from '../../../protocol/machinery.ts';
import { inflation } from './autocorrelation.ts';
import { theilSen } from './theil-sen.ts';

const HOUR_MS = 3_600_000;
const CONFIDENCE = 0.9;
/** Fewer readings have no slope. */
const LEAST_READINGS = 6;
const KEPT_READINGS = 60;
/** Kinds that are followed: the largest of the first reading that is kept, and of each since. */
const MAX_KINDS = 200;
/** Kinds that are told. */
const TOLD_KINDS = 5;
/** What is less of the whole growth is not told. */
const LEAST_RATIO = 0.01;

interface Reading {
  readonly atMs: number;
  readonly bytes: ReadonlyMap<string, number>;
}

type KindSlope = Omit<GrowthShare, 'shareRatio'>;

/** Of one isolate. */
export class KindShares {
  #probe = '';
  #readings: Reading[] = [];
  #slopes: readonly KindSlope[] | undefined;

  /** Takes a partition by kind; those of another probe than before begin anew. @param rows the largest first */
  add(atMs: number, probe: string, rows: readonly { readonly kind: string; readonly sizeBytes: number }[]): void {
    if (probe !== this.#probe) this.#readings = [];
    this.#probe = probe;
    this.#slopes = undefined;
    const bytes = new Map(rows.slice(0, MAX_KINDS).map(({ kind, sizeBytes }) => [kind, sizeBytes]));
    this.#readings.push({ atMs, bytes });
    if (this.#readings.length > KEPT_READINGS) this.#readings.shift();
  }

  /** The kinds that are seen to grow, by their share of `perHour`; the largest first. */
  of(perHour: number): GrowthShare[] {
    if (!(perHour > 0)) return [];
    this.#slopes ??= this.#growing();
    return this.#slopes
      .map((slope) => ({ ...slope, shareRatio: slope.perHour / perHour }))
      .filter(({ shareRatio }) => shareRatio >= LEAST_RATIO)
      .slice(0, TOLD_KINDS);
  }

  #growing(): KindSlope[] {
    const readings = this.#readings;
    if (readings.length < LEAST_READINGS) return [];
    const atMs = readings.map((reading) => reading.atMs);
    const found: KindSlope[] = [];
    for (const kind of readings.at(-1)!.bytes.keys()) {
      const values = readings.map(({ bytes }) => bytes.get(kind) ?? 0);
      if (values.at(-1)! <= values[0]! || isMachinery(kind)) continue;
      const { slope } = theilSen(atMs, values, CONFIDENCE);
      const { lower, upper } = theilSen(atMs, values, CONFIDENCE, inflation(atMs, values, slope));
      if (!(lower > 0) || !Number.isFinite(upper)) continue;
      found.push({ kind, perHour: slope * HOUR_MS, lowerPerHour: lower * HOUR_MS, upperPerHour: upper * HOUR_MS });
    }
    return found.sort((a, b) => b.perHour - a.perHour);
  }
}
