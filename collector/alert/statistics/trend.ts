/**
 * The judgement of one window of floors: does it rise, steadily, at a rate that matters?
 *
 *     Mann–Kendall, p small enough among all kinds and looks      it rises, and not by chance
 *     its first and its last part rise, none between falls        a step, a burst, a cache that has filled: not a leak
 *     Theil–Sen interval: lower end > half the rate,              it rises by what the rule asks for
 *                         upper end >= nine tenths of it
 *
 * Parts are thirds; of a window that is judged early, sixths. A leak of at least the rate passes all three once it has gone on
 * for the window, one that follows the load of the day at some hour of it. What surely rises slower than the rate does not, nor
 * does what rises for less than two thirds of the window. A wave whose neighbouring floors resemble each other by more than a
 * half is held back by the rate alone: its p is too small.
 *
 * Where the noise hides a leak of the rate the answer is `undecided`, with the smallest slope that the window would have shown.
 * A series that rises is taken to do so until the last two thirds of its window do not, or its rate is surely less than half.
 */
import { inflation } from './autocorrelation.ts';
import { kendallS, mannKendall, varianceOfS } from './mann-kendall.ts';
import { upperQuantile, upperTail } from './normal.ts';
import { medianOf, theilSen } from './theil-sen.ts';

/** Floors that a full window has: enough for a p of 1e-9 in spite of noise, few enough for 500 kinds a look. */
export const FLOORS_PER_WINDOW = 48;
/** Share of a window that must have floors: what was not seen cannot be judged. */
const MIN_FILLED = 0.75;
/** A part of the window counts as rising from this share of the rule's rate on. */
const PART_RATIO = 0.25;
/** Share of the rule's rate that the lower end of the interval must be above. */
const SURE_RATIO = 0.5;
/** Share of the rule's rate that the upper end must reach. */
const NEAR_RATIO = 0.9;
/** How surely the smallest slope would have been seen. */
const POWER = 0.95;
/** Rows of values are as noisy as their median absolute deviation times this: for normal noise the standard deviation. */
const MAD_TO_SIGMA = 1.4826;

export interface TrendRule {
  /** Values a millisecond. */
  readonly slopePerMs: number;
  /** In (0, 1), of the slope's interval. */
  readonly confidence: number;
  readonly windowMs: number;
  /** Parts of the window of which the first and the last have to rise, at least three; more for a window that is early. */
  readonly parts: number;
}

/** Floors of one window, rising times. */
export interface Window {
  readonly atMs: readonly number[];
  readonly values: readonly number[];
}

export interface TrendVerdict {
  readonly state: 'rising' | 'steady' | 'undecided';
  /** Values a millisecond, with its interval; NaN while the window is not full. */
  readonly slopePerMs: number;
  readonly lowerPerMs: number;
  readonly upperPerMs: number;
  readonly p: number;
  /** The smallest slope that this window would have shown nearly surely; null where it is not full. */
  readonly smallestPerMs: number | null;
}

/** Whether there is enough to judge. */
export function isFull({ atMs }: Window, { windowMs }: Pick<TrendRule, 'windowMs'>): boolean {
  const step = windowMs / FLOORS_PER_WINDOW;
  const spanMs = atMs.length === 0 ? 0 : atMs.at(-1)! - atMs[0]! + step;
  return spanMs >= windowMs - step / 2 && atMs.length >= FLOORS_PER_WINDOW * MIN_FILLED;
}

/**
 * The p of a window for an upward trend. Autocorrelation is looked into only where it matters: it can only raise p.
 * @param interesting no p above it is worth the look
 */
export function trendP({ atMs, values }: Window, interesting: number): number {
  const variance = varianceOfS(values);
  if (variance <= 0) return 1;
  const s = kendallS(values);
  const p = upperTail((s - Math.sign(s)) / Math.sqrt(variance));
  if (p > interesting) return p;
  return mannKendall(values, inflation(atMs, values, theilSen(atMs, values, 0.5).slope)).p;
}

/** What a full window is judged by, beside its floors and its rule. */
export interface Standard {
  /** The window's own, of trendP. */
  readonly p: number;
  /** The greatest p that counts as no chance, among all kinds and looks; 0 if none does. */
  readonly threshold: number;
  /** What this kind alone would have to reach: the smallest slope goes by it. */
  readonly lone: number;
  /** Whether it was judged to rise at the look before. */
  readonly rising: boolean;
}

/** Judges a full window. */
export function judgeTrend(window: Window, rule: TrendRule, standard: Standard): TrendVerdict {
  const { atMs, values } = window;
  const { p, threshold, lone } = standard;
  // most kinds of most programs do not change at all
  if (varianceOfS(values) <= 0) return { ...FLAT, p };
  const factor = inflation(atMs, values, theilSen(atMs, values, rule.confidence).slope);
  const fit = theilSen(atMs, values, rule.confidence, factor);
  const smallestPerMs = smallestSlope(window, fit.slope, factor, lone);
  const seen = { slopePerMs: fit.slope, lowerPerMs: fit.lower, upperPerMs: fit.upper, p, smallestPerMs };
  const shaped = standard.rising ? goesOn(window, rule) : isThroughout(window, rule);
  // what is found is at the rate or near it: once found it may waver
  const isEnough =
    fit.lower > rule.slopePerMs * SURE_RATIO && (standard.rising || fit.upper >= rule.slopePerMs * NEAR_RATIO);
  if (shaped && p <= threshold && isEnough) return { state: 'rising', ...seen };
  const excluded = fit.upper < rule.slopePerMs || (smallestPerMs <= rule.slopePerMs && !shaped);
  return { state: excluded ? 'steady' : 'undecided', ...seen };
}

/** A window without any change: no slope would have been hidden in it. */
const FLAT: TrendVerdict = { state: 'steady', slopePerMs: 0, lowerPerMs: 0, upperPerMs: 0, p: 1, smallestPerMs: 0 };

/** What is said of a window that is not full. */
export const NOT_FULL: TrendVerdict = {
  state: 'undecided',
  slopePerMs: Number.NaN,
  lowerPerMs: Number.NaN,
  upperPerMs: Number.NaN,
  p: 1,
  smallestPerMs: null,
};

/** Growth that is there at both ends of the window, and is not undone between them. */
function isThroughout(window: Window, { slopePerMs, parts }: TrendRule): boolean {
  const least = slopePerMs * PART_RATIO;
  if (slopeOf(window, 0, 1 / parts) < least || slopeOf(window, 1 - 1 / parts, 1) < least) return false;
  return Array.from({ length: parts - 2 }, (_, i) => (i + 1) / parts).every(
    (from) => slopeOf(window, from, from + 1 / parts) >= -least,
  );
}

function goesOn(window: Window, { slopePerMs }: TrendRule): boolean {
  return slopeOf(window, 1 / 3, 1) >= slopePerMs * PART_RATIO;
}

/** The slope from one share of a window to another. */
function slopeOf({ atMs, values }: Window, fromRatio: number, toRatio: number): number {
  const from = Math.round(fromRatio * values.length);
  const to = Math.round(toRatio * values.length);
  return theilSen(atMs.slice(from, to), values.slice(from, to), 0.5).slope;
}

/**
 * The slope at which a window of these times and this noise exceeds `threshold` with probability POWER, by bisection: S is
 * expected to be the sum over all pairs of 2Φ(slope·Δt / σ√2) − 1.
 */
function smallestSlope({ atMs, values }: Window, slope: number, factor: number, threshold: number): number {
  const residuals = values.map((value, i) => value - slope * atMs[i]!);
  const middle = medianOf(residuals);
  const sigma = MAD_TO_SIGMA * medianOf(residuals.map((value) => Math.abs(value - middle)));
  if (sigma === 0) return 0;
  const needed = (upperQuantile(threshold) + upperQuantile(1 - POWER)) * Math.sqrt(varianceOfS(values) * factor);
  const spanMs = atMs.at(-1)! - atMs[0]!;
  let [low, high] = [0, (100 * sigma) / spanMs];
  // a window that cannot reach the threshold whatever the slope shows nothing
  if (expectedS(atMs, sigma, high * 1e3) < needed) return Number.POSITIVE_INFINITY;
  while (expectedS(atMs, sigma, high) < needed) high *= 2;
  for (let step = 0; step < 20; step++) {
    const middleSlope = (low + high) / 2;
    if (expectedS(atMs, sigma, middleSlope) < needed) low = middleSlope;
    else high = middleSlope;
  }
  return high;
}

function expectedS(atMs: readonly number[], sigma: number, slope: number): number {
  const n = atMs.length;
  // floors stand on a grid: pairs of one distance share their probability
  const meanStep = (atMs[n - 1]! - atMs[0]!) / (n - 1);
  let sum = 0;
  for (let lag = 1; lag < n; lag++) {
    sum += (n - lag) * (1 - 2 * upperTail((slope * lag * meanStep) / (sigma * Math.SQRT2)));
  }
  return sum;
}
