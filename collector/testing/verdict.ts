/**
 * Which kinds of object each iteration leaves behind, by readings after rounds of a step: first a loose look at all kinds, then
 * a strict one at those it named, by rounds of their own.
 *
 *     8 rounds ──> suspects: p < 0.05, each kind by itself          none: nothing leaks
 *     8 longer rounds ──> of the suspects, all tests together hold what the confidence says (Holm)
 *
 * So a kind that fills a cache, or a chance among hundreds of kinds, has to come twice; and what leaks is judged by readings that
 * did not name it. Pure.
 */
import { type DoseSlope, doseSlope } from '../alert/statistics/dose.ts';
import { isOfProgram } from '../leak/finding.ts';
import type { Interval, KindDelta } from './report.ts';

/** What was alive after a round of so many iterations; the first of a row of readings is where the rounds begin. */
export interface RoundReading {
  readonly iterations: number;
  readonly kinds: ReadonlyMap<string, { readonly count: number; readonly sizeBytes: number }>;
}

/** A kind by its slopes. */
export interface KindSlope extends KindDelta {
  readonly p: number;
  /** Objects that are new since the first reading. */
  readonly born: number;
  readonly bornBytes: number;
  readonly now: number;
}

const SUSPICIOUS = 0.05;
/** Objects of a kind that are too few to speak of. */
const LEAST_BORN = 8;

/** Every kind of the program that changed, the one that gains most bytes first. @param confidence of the intervals */
export function slopesOf(readings: readonly RoundReading[], confidence: number): KindSlope[] {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last) return [];
  return [...new Set(readings.flatMap(({ kinds }) => [...kinds.keys()]))]
    .filter(isOfProgram)
    .map((kind) => slopeOf(kind, readings, confidence))
    .filter(({ born, bornBytes, objects }) => born !== 0 || bornBytes !== 0 || objects.estimate !== 0)
    .toSorted((a, b) => b.bytes.estimate - a.bytes.estimate);
}

/** Kinds that may leak. */
export function suspects(slopes: readonly KindSlope[]): KindSlope[] {
  return slopes.filter(({ p, born, bornBytes }) => p < SUSPICIOUS && (born >= LEAST_BORN || bornBytes >= LEAST_BYTES));
}

/** A store that grows without a new object. */
const LEAST_BYTES = 1_024;

/** Of the kinds that were suspected, those that leak: by Holm's rule no one of them is named wrongly with `confidence`. */
export function leaking(slopes: readonly KindSlope[], names: ReadonlySet<string>, confidence: number): KindSlope[] {
  const asked = suspects(slopes)
    .filter(({ kind }) => names.has(kind))
    .toSorted((a, b) => a.p - b.p);
  const end = asked.findIndex(({ p }, i) => p > (1 - confidence) / (names.size - i));
  return (end < 0 ? asked : asked.slice(0, end)).toSorted((a, b) => b.bytes.estimate - a.bytes.estimate);
}

/** What all kinds of the program together gain an iteration. */
export function total(readings: readonly RoundReading[], confidence: number): Interval {
  return totalOf(readings, confidence, isOfProgram);
}

/** As `total`, of objects without the stores of collections: those grow by leaps, which no few rounds can tell from a slope. */
export function objectsTotal(readings: readonly RoundReading[], confidence: number): Interval {
  return totalOf(readings, confidence, (kind) => isOfProgram(kind) && !STORE.test(kind));
}

const STORE = /^(?:elements|properties|table|data) of /;

function totalOf(readings: readonly RoundReading[], confidence: number, isMeant: (kind: string) => boolean): Interval {
  const sums = readings.map(({ iterations, kinds }) => {
    const meant = [...kinds].filter(([kind]) => isMeant(kind));
    return {
      iterations,
      sizeBytes: sum(meant.map(([, { sizeBytes }]) => sizeBytes)),
      count: sum(meant.map(([, { count }]) => count)),
    };
  });
  const unit = sums[0] && sums[0].count > 0 ? sums[0].sizeBytes / sums[0].count : 1;
  return intervalOf(
    fit(
      sums.map(({ iterations, sizeBytes }) => [iterations, sizeBytes] as const),
      unit,
      confidence,
    ),
  );
}

function slopeOf(kind: string, readings: readonly RoundReading[], confidence: number): KindSlope {
  const tallies = readings.map(({ kinds }) => kinds.get(kind) ?? NONE);
  const [first, last] = [tallies[0] ?? NONE, tallies.at(-1) ?? NONE];
  const most = tallies.reduce((a, b) => (b.count > a.count ? b : a), NONE);
  const unit = most.count > 0 ? most.sizeBytes / most.count : 1;
  const by = (value: (tally: typeof NONE) => number) =>
    readings.map(({ iterations }, i) => [iterations, value(tallies[i] ?? NONE)] as const);
  const objects = fit(
    by(({ count }) => count),
    1,
    confidence,
  );
  const bytes = fit(
    by(({ sizeBytes }) => sizeBytes),
    unit,
    confidence,
  );
  return {
    kind,
    objects: intervalOf(objects),
    bytes: intervalOf(bytes),
    // one of two tests: each may err half as often
    p: Math.min(1, 2 * Math.min(objects.p, bytes.p)),
    born: last.count - first.count,
    bornBytes: last.sizeBytes - first.sizeBytes,
    now: last.count,
  };
}

const NONE: { readonly count: number; readonly sizeBytes: number } = { count: 0, sizeBytes: 0 };

/** @param levels dose before, and level after it */
function fit(levels: readonly (readonly [number, number])[], unit: number, confidence: number): DoseSlope {
  const gains = levels.slice(1).map(([, level], i) => level - levels[i]![1]);
  const doses = levels.slice(1).map(([dose]) => dose);
  return doseSlope(doses, gains, { unit, confidence });
}

function intervalOf({ slope, lower, upper }: DoseSlope): Interval {
  return { estimate: slope, lower, upper };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
