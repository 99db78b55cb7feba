/**
 * What leaks, by a few readings of what is alive: kinds that gain objects from each reading to the next, evenly.
 *
 *     reading     0     1     2     3     4     5     6
 *     Session   120   180   238   301   360   418   481      +60 each: sure
 *     Batch      10    80     5    77     9    82     6      up and down: no
 *     Entry     100   300   400   450   475   488   494      ever slower: a cache that fills, or a warm-up
 *
 * The gains are tested by Student's t: is their mean above zero, and not by chance? With a bound on all kinds that changed
 * together (Bonferroni). Gains are taken to scatter no less than counted events do: the square root of their number.
 *
 * Pure.
 */
import { fillingOf } from '../alert/statistics/filling.ts';
import { studentTail } from '../alert/statistics/student.ts';

/** Objects of a kind that are too few to speak of. */
const LEAST_BORN = 10;
/** Readings that show a bend. */
const BEND_READINGS = 6;
/** What bends gains less than this share in the last third of what it gained in the first. */
const BEND_RATIO = 0.5;

/** What was alive at one moment, by kind. */
export interface LiveReading {
  readonly atMs: number;
  readonly kinds: ReadonlyMap<string, { readonly count: number; readonly sizeBytes: number }>;
}

export interface GrownKind {
  readonly kind: string;
  /** `leaks`: gains objects evenly. `fills`: gains ever fewer. */
  readonly state: 'leaks' | 'fills';
  /** Of what fills: how many objects there will be in the end, where that can be told. */
  readonly fillsTo?: number;
  /** From the first reading to the last. */
  readonly born: number;
  readonly bornBytes: number;
  readonly perMinute: number;
  readonly bytesPerMinute: number;
  readonly now: number;
  /** That it is no chance, among all kinds: 0 to 1. */
  readonly confidence: number;
}

/** Kinds that grew with at least `confidence`; the one that grew most in bytes first. @param readings at least three */
export function judge(readings: readonly LiveReading[], confidence: number): GrownKind[] {
  const [first, last] = [readings[0], readings.at(-1)];
  if (!first || !last || readings.length < 3) return [];
  const changes = [...new Set([...first.kinds.keys(), ...last.kinds.keys()])]
    .map((kind) => ({ kind, by: countOf(last, kind) - countOf(first, kind) }))
    .filter(({ by }) => Math.abs(by) >= LEAST_BORN);
  return changes
    .filter(({ by }) => by > 0)
    .map(({ kind }) => grownKind(kind, readings, changes.length))
    .filter((grown) => grown.confidence >= confidence)
    .toSorted((a, b) => b.bornBytes - a.bornBytes);
}

/** The share of a kind's objects of now that is new: 0 to 1. */
export function newShare({ born, now }: Pick<GrownKind, 'born' | 'now'>): number {
  return now === 0 ? 0 : Math.min(1, Math.max(0, born / now));
}

function grownKind(kind: string, readings: readonly LiveReading[], kinds: number): GrownKind {
  const [first, last] = [readings[0]!, readings.at(-1)!];
  const before = first.kinds.get(kind) ?? { count: 0, sizeBytes: 0 };
  const now = last.kinds.get(kind) ?? { count: 0, sizeBytes: 0 };
  const minutes = (last.atMs - first.atMs) / 60_000;
  const born = now.count - before.count;
  const bornBytes = Math.max(0, now.sizeBytes - before.sizeBytes);
  const fills = bends(ratesOf(kind, readings));
  const end = fills ? endOf(kind, readings) : undefined;
  return {
    kind,
    state: fills ? 'fills' : 'leaks',
    ...(end !== undefined && { fillsTo: end }),
    born,
    bornBytes,
    perMinute: born / minutes,
    bytesPerMinute: bornBytes / minutes,
    now: now.count,
    confidence: 1 - Math.min(1, chance(kind, readings) * kinds),
  };
}

/** Objects a minute, from each reading to the next. */
function ratesOf(kind: string, readings: readonly LiveReading[]): number[] {
  return readings.slice(1).map((reading, i) => {
    const before = readings[i]!;
    return (countOf(reading, kind) - countOf(before, kind)) / ((reading.atMs - before.atMs) / 60_000);
  });
}

/** That a kind which does not grow would seem to. */
function chance(kind: string, readings: readonly LiveReading[]): number {
  const rates = ratesOf(kind, readings);
  const n = rates.length;
  const mean = sum(rates) / n;
  const variance = sum(rates.map((rate) => (rate - mean) ** 2)) / (n - 1);
  const minutes = (readings.at(-1)!.atMs - readings[0]!.atMs) / 60_000 / n;
  // of counted events in an interval, as a rate
  const counted = Math.max(1, Math.abs(mean) * minutes) / minutes ** 2;
  return studentTail(mean / Math.sqrt(Math.max(variance, counted) / n), n - 1);
}

/** How many there will be, of what approaches it by a constant share. */
function endOf(kind: string, readings: readonly LiveReading[]): number | undefined {
  const filling = fillingOf(
    readings.map(({ atMs }) => atMs),
    readings.map((reading) => countOf(reading, kind)),
    BEND_READINGS,
  );
  return filling && Math.round(filling.limit);
}

/** Ever fewer: the last third gained less than half of what the first did. */
function bends(rates: readonly number[]): boolean {
  if (rates.length + 1 < BEND_READINGS) return false;
  const third = Math.floor(rates.length / 3);
  return sum(rates.slice(-third)) < sum(rates.slice(0, third)) * BEND_RATIO;
}

function countOf({ kinds }: LiveReading, kind: string): number {
  return kinds.get(kind)?.count ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
