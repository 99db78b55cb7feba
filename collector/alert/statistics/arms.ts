/**
 * How fast one arm of a comparison grows: the rate of each of its runs, and of all runs together.
 *
 *     run 1   floors ──slope──> 1.2 MB/h (1.0 to 1.4) ┐
 *     run 2   floors ──slope──> 1.1 MB/h (0.9 to 1.4) ┼──> weighted by their errors ──> 1.16 MB/h (1.0 to 1.3)
 *     run 3   floors ──slope──> 1.2 MB/h (0.8 to 1.6) ┘
 *
 * The slope of a run has one of two intervals, for noise is of two sorts. What comes and goes moves levels, each by itself:
 * Theil and Sen's slope. What stays adds up, and levels remember all of it: there that interval misses the rate four times in
 * ten. So it is taken where levels are seen to forget; else Student's t on the gains from each floor to the next, which is
 * too wide at worst. And nothing is surer than the count of rare events is: where none came, as many may have been missed as
 * Poisson's law allows.
 *
 * Levels are compared nowhere: a process that runs for a week may hold more than one that runs for an hour, and leak less.
 * Where runs differ by more than their errors (Cochran's Q), what they differ by is part of the error (DerSimonian and Laird
 * 1986), and Student's t in place of the normal says how few they are (Hartung and Knapp 2001). Pure.
 */
import { maxOf } from '../../../protocol/extremes.ts';
import { inflation } from './autocorrelation.ts';
import { upperQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';
import { theilSen } from './theil-sen.ts';

/** What was alive at rising instants, of one process. */
export interface Run {
  /** Milliseconds, of any clock. */
  readonly atMs: readonly number[];
  readonly values: readonly number[];
  /** The value of one event, such as the bytes of an object; absent: any change is seen. */
  readonly unit?: number;
}

/** Values a millisecond; the ends are infinite where there is too little to tell. */
export interface Rate {
  readonly perMs: number;
  readonly lowerPerMs: number;
  readonly upperPerMs: number;
}

/** Floors of a run that tell a slope with an interval. */
const LEAST_FLOORS = 7;
/** Floors of a long run: pairs of them are taken. */
const MOST_FLOORS = 48;
/** Readings of a window at least, so that its least is after a collection; of short runs each reading is a floor. */
const LEAST_READINGS = 4;

const UNKNOWN: Rate = {
  perMs: 0,
  lowerPerMs: Number.NEGATIVE_INFINITY,
  upperPerMs: Number.POSITIVE_INFINITY,
};

/**
 * The least of each of some windows of a run.
 * @param isExact the readings hold no garbage: each is a floor, as long as they are few
 */
export function floorsOf(run: Run, isExact: boolean): Run {
  const { atMs, values } = run;
  const count = isExact ? MOST_FLOORS : Math.min(MOST_FLOORS, Math.floor(values.length / LEAST_READINGS));
  if (values.length <= (isExact ? MOST_FLOORS : 2 * LEAST_FLOORS)) return run;
  const [fromMs, toMs] = [atMs[0]!, atMs.at(-1)!];
  const windows = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    const window = Math.min(count - 1, Math.floor(((atMs[i]! - fromMs) / (toMs - fromMs || 1)) * count));
    const least = windows.get(window);
    if (least === undefined || values[i]! < values[least]!) windows.set(window, i);
  }
  const least = [...windows.values()];
  return { ...run, atMs: least.map((i) => atMs[i]!), values: least.map((i) => values[i]!) };
}

/** @param runs of floors @param confidence of the two-sided interval, in (0, 1) */
export function rateOf(runs: readonly Run[], confidence: number): Rate {
  const rates = runs.map((run) => rateOfRun(run, confidence)).filter(({ upperPerMs }) => Number.isFinite(upperPerMs));
  if (rates.length === 0) return UNKNOWN;
  return rates.length === 1 ? rates[0]! : together(rates, confidence);
}

function rateOfRun(run: Run, confidence: number): Rate {
  const { atMs, values, unit = 0 } = run;
  if (values.length < LEAST_FLOORS) return UNKNOWN;
  const times = atMs.map((each) => each - atMs[0]!);
  const { slope } = theilSen(times, values, 0.5);
  const forgets = memoryOf(values.map((value, i) => value - slope * times[i]!)) < MOST_MEMORY;
  const rate = forgets ? ofLevels(times, values, slope, confidence) : UNKNOWN;
  const { perMs, lowerPerMs, upperPerMs } = Number.isFinite(width(rate)) ? rate : ofGains(times, values, confidence);
  const unseen = (-Math.log((1 - confidence) / 2) * unit) / times.at(-1)!;
  return {
    perMs,
    lowerPerMs: Math.min(lowerPerMs, perMs - unseen),
    upperPerMs: Math.max(upperPerMs, perMs + unseen),
  };
}

function width({ lowerPerMs, upperPerMs }: Rate): number {
  return upperPerMs - lowerPerMs;
}

/** @param times from 0 */
function ofLevels(times: readonly number[], values: readonly number[], slope: number, confidence: number): Rate {
  const { lower, upper } = theilSen(times, values, confidence, inflation(times, values, slope));
  return { perMs: slope, lowerPerMs: lower, upperPerMs: upper };
}

/** How much of a residual the next one may have kept: the upper end of their autocorrelation, 95 % sure. */
function memoryOf(residuals: readonly number[]): number {
  const mean = sum(residuals) / residuals.length;
  const squares = sum(residuals.map((each) => (each - mean) ** 2));
  const products = sum(residuals.slice(1).map((each, i) => (each - mean) * (residuals[i]! - mean)));
  return (squares === 0 ? 0 : products / squares) + SURE / Math.sqrt(residuals.length);
}

const SURE = 1.645;
/** Levels that keep more of each other are taken to keep all. */
const MOST_MEMORY = 0.5;

/** @param times from 0 */
function ofGains(times: readonly number[], values: readonly number[], confidence: number): Rate {
  const perMs = (values.at(-1)! - values[0]!) / times.at(-1)!;
  const squares = times.slice(1).map((time, i) => {
    const tookMs = time - times[i]!;
    return (values[i + 1]! - values[i]! - perMs * tookMs) ** 2 / tookMs;
  });
  const freedom = squares.length - 1;
  const error = Math.sqrt(sum(squares) / freedom / times.at(-1)!);
  return around(perMs, studentQuantile((1 - confidence) / 2, freedom) * error);
}

function together(rates: readonly Rate[], confidence: number): Rate {
  const z = upperQuantile((1 - confidence) / 2);
  // a run that never changed has no error: it would outweigh all others
  const halves = rates.map(({ lowerPerMs, upperPerMs }) => (upperPerMs - lowerPerMs) / 2 / z);
  const least = maxOf(halves) / 1_000;
  const variances = halves.map((half) => Math.max(half, least) ** 2);
  const slopes = rates.map(({ perMs }) => perMs);
  if (least === 0) return ofEqual(slopes, confidence);
  const fixed = variances.map((variance) => 1 / variance);
  const mean = weighted(slopes, fixed);
  const q = sum(slopes.map((slope, i) => fixed[i]! * (slope - mean) ** 2));
  const freedom = slopes.length - 1;
  if (q <= freedom + HETEROGENEITY * Math.sqrt(2 * freedom)) return around(mean, z / Math.sqrt(sum(fixed)));
  const scale = sum(fixed) - sum(fixed.map((weight) => weight ** 2)) / sum(fixed);
  const between = Math.max(0, (q - freedom) / scale);
  const weights = variances.map((variance) => 1 / (variance + between));
  const estimate = weighted(slopes, weights);
  const spread = sum(slopes.map((slope, i) => weights[i]! * (slope - estimate) ** 2)) / freedom;
  const error = Math.sqrt(Math.max(1, spread) / sum(weights));
  return around(estimate, studentQuantile((1 - confidence) / 2, freedom) * error);
}

/** Cochran's Q counts as more than chance from so many of its standard deviations above its mean on. */
const HETEROGENEITY = 1;

/** Runs whose slopes are known without an error: they scatter, or they do not. */
function ofEqual(slopes: readonly number[], confidence: number): Rate {
  const mean = sum(slopes) / slopes.length;
  const variance = sum(slopes.map((slope) => (slope - mean) ** 2)) / (slopes.length - 1);
  const t = studentQuantile((1 - confidence) / 2, slopes.length - 1);
  return around(mean, t * Math.sqrt(variance / slopes.length));
}

function around(perMs: number, half: number): Rate {
  return { perMs, lowerPerMs: perMs - half, upperPerMs: perMs + half };
}

function weighted(values: readonly number[], weights: readonly number[]): number {
  return sum(values.map((value, i) => value * weights[i]!)) / sum(weights);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * How many times as long as now an arm would have to be watched until its interval leaves a rate aside: it narrows with the
 * time to the power of 1.5, at so many readings an hour. Infinite where the estimate is that rate.
 */
export function timesLonger({ perMs, upperPerMs }: Rate, besidePerMs: number): number {
  const distance = Math.abs(perMs - besidePerMs);
  return Math.max(1, ((upperPerMs - perMs) / distance) ** (2 / 3));
}
