/**
 * What each unit of work leaves behind, by rounds of different amounts of it: the slope of gains over doses.
 *
 *     dose (iterations)   50  150  150   50  150   50   50  150
 *     gain (objects)      53  152  153   51  152   52   52  153     1.00 an iteration, and 2 a round
 *
 * What a reading itself leaves, a clock's work, a warm-up that fades: they do not follow the dose, and fall out of the slope.
 * So long as long and short rounds come in the order of Thue and Morse, so does every drift that is linear or quadratic.
 * And what only lives for a while follows the dose, but does not add up: so the sum of all gains is tested beside the slope.
 *
 * The test is Student's t of a straight line, with a bound from below on the scatter: gains scatter no less than counted
 * events do, by the square root of their number. One round of all that is far from the line, a module that was loaded late,
 * is left out. Pure.
 */
import { studentQuantile, studentTail } from './student.ts';

export interface DoseSlope {
  /** Gain a unit of dose, and the ends of its interval. */
  readonly slope: number;
  readonly lower: number;
  readonly upper: number;
  /** That gains which neither follow the dose nor add up would seem to. */
  readonly p: number;
}

/** Residuals' variance falls to less than this share without the one round that is left out. */
const OUTLIER_SHARE = 1 / 16;
/** Rounds that stay. */
const LEAST_ROUNDS = 5;
/** Doses that spread less, in shares of their mean, tell no slope from a constant: gains are then taken as a whole. */
const LEAST_SPREAD = 0.1;

/**
 * @param doses of each round, above 0
 * @param gains of each round
 * @param unit the gain of one event: 1 for objects, their mean size for bytes
 * @param confidence of the two-sided interval, in (0, 1)
 */
export function doseSlope(
  doses: readonly number[],
  gains: readonly number[],
  { unit, confidence }: { readonly unit: number; readonly confidence: number },
): DoseSlope {
  const rounds = withoutOutlier(doses.map((dose, i) => ({ dose, gain: gains[i] ?? 0 })));
  const whole = ofAll(rounds, unit);
  const line = spreadOf(rounds) < LEAST_SPREAD ? whole : ofLine(rounds, unit);
  const { slope, error, freedom } = line;
  const halfWidth = freedom > 0 ? studentQuantile((1 - confidence) / 2, freedom) * error : Number.POSITIVE_INFINITY;
  return { slope, lower: slope - halfWidth, upper: slope + halfWidth, p: Math.max(tailOf(whole), tailOf(line)) };
}

interface Round {
  readonly dose: number;
  readonly gain: number;
}

interface Fit {
  readonly slope: number;
  /** Standard error of the slope. */
  readonly error: number;
  readonly freedom: number;
}

function tailOf({ slope, error, freedom }: Fit): number {
  if (freedom < 1) return 1;
  return studentTail(error === 0 ? Math.sign(slope) * Number.POSITIVE_INFINITY : slope / error, freedom);
}

/** A straight line with a constant: gain = constant + slope · dose. */
function ofLine(rounds: readonly Round[], unit: number): Fit {
  const { slope, squares, spread, meanDose } = lineOf(rounds);
  const freedom = rounds.length - 2;
  const counted = sum(rounds.map((round) => (round.dose - meanDose) ** 2 * countedVariance(round, unit))) / spread ** 2;
  return { slope, error: Math.sqrt(Math.max(squares / freedom / spread, counted)), freedom };
}

/** All gains by all doses. */
function ofAll(rounds: readonly Round[], unit: number): Fit {
  const all = sum(rounds.map(({ dose }) => dose));
  const slope = sum(rounds.map(({ gain }) => gain)) / all;
  const squares = sum(rounds.map(({ dose, gain }) => (gain - slope * dose) ** 2));
  const freedom = rounds.length - 1;
  const scattered = (squares / freedom) * rounds.length;
  const counted = sum(rounds.map((round) => countedVariance(round, unit)));
  return { slope, error: Math.sqrt(Math.max(scattered, counted)) / all, freedom };
}

function countedVariance({ gain }: Round, unit: number): number {
  return unit * Math.max(unit, Math.abs(gain));
}

function lineOf(rounds: readonly Round[]) {
  const meanDose = sum(rounds.map(({ dose }) => dose)) / rounds.length;
  const meanGain = sum(rounds.map(({ gain }) => gain)) / rounds.length;
  const spread = sum(rounds.map(({ dose }) => (dose - meanDose) ** 2));
  const slope = spread === 0 ? 0 : sum(rounds.map(({ dose, gain }) => (dose - meanDose) * (gain - meanGain))) / spread;
  const squares = sum(rounds.map(({ dose, gain }) => (gain - meanGain - slope * (dose - meanDose)) ** 2));
  return { slope, squares, spread, meanDose };
}

/** Without the one round that nearly all scatter comes from, if there is such a one. */
function withoutOutlier(rounds: readonly Round[]): readonly Round[] {
  if (rounds.length <= LEAST_ROUNDS) return rounds;
  const { squares } = lineOf(rounds);
  const others = rounds.map((_, i) => rounds.filter((_, j) => j !== i));
  const left = others.map((each) => lineOf(each).squares);
  const least = left.indexOf(left.reduce((smallest, each) => Math.min(smallest, each)));
  return left[least]! < squares * OUTLIER_SHARE ? others[least]! : rounds;
}

/** Standard deviation of doses in shares of their mean. */
function spreadOf(rounds: readonly Round[]): number {
  const { spread, meanDose } = lineOf(rounds);
  return Math.sqrt(spread / rounds.length) / meanDose;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
