/**
 * What the chart draws: what the collector has stored, and what came since the page was opened.
 *
 *     history ────────────┐ (a point a step)
 *     readings ───────────┴──> times, one column a gauge; null where a line breaks
 */
import type { UsageHistory } from '../../../../protocol/history.ts';
import type { Usage } from '../../../../protocol/partition.ts';
import { medianOf } from '../../../alert/statistics/theil-sen.ts';
import { GAUGE_LINES } from './gauges.ts';

/** So many times the usual distance between two points without any is a break: nobody knows what was there. */
const BREAK = 4;

export interface MemoryLines {
  /** Seconds since 1970, as uPlot has them. */
  readonly times: number[];
  /** Bytes, in the order of `GAUGE_LINES`. */
  readonly columns: (number | null)[][];
}

/** What is stored of an isolate, with the moments that it reaches. */
export interface StoredUsage {
  readonly usage: UsageHistory | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

interface Point {
  readonly atMs: number;
  readonly values: readonly (number | null)[];
}

type UsageReading = Pick<Usage, 'takenAt' | 'incarnation' | (typeof GAUGE_LINES)[number]['gauge']>;

/**
 * @param readings oldest first; those that are stored too are drawn once
 * @param restarts milliseconds since 1970: there every line breaks
 */
export function memoryLines(
  stored: StoredUsage | undefined,
  readings: readonly UsageReading[],
  restarts: readonly number[],
  [fromMs, toMs]: readonly [number, number],
): MemoryLines {
  const stepMs = stored?.stepMs ?? 1;
  const live = readings.map(pointOf);
  const points = [
    ...thinned(stored ? live.filter(({ atMs }) => atMs < stored.fromMs) : live, stepMs),
    ...storedPoints(stored?.usage),
    ...thinned(stored ? live.filter(({ atMs }) => atMs > stored.toMs) : [], stepMs),
  ].filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  return drawn(points, restarts, stepMs);
}

/** Which process was there at a moment. */
export interface Life {
  readonly atMs: number;
  readonly incarnation: string | undefined;
}

/** When another process was there than before. @param lives in any order */
export function restartsOf(lives: readonly Life[]): number[] {
  const restarts: number[] = [];
  let before: string | undefined;
  for (const { atMs, incarnation } of lives.toSorted((a, b) => a.atMs - b.atMs)) {
    if (incarnation === undefined) continue;
    if (before !== undefined && incarnation !== before) restarts.push(atMs);
    before = incarnation;
  }
  return restarts;
}

function pointOf(reading: UsageReading): Point {
  return { atMs: Date.parse(reading.takenAt), values: GAUGE_LINES.map(({ gauge }) => reading[gauge]) };
}

function storedPoints(usage: UsageHistory | undefined): Point[] {
  const columns = GAUGE_LINES.map(({ gauge }) => usage?.gauges.find((each) => each.gauge === gauge));
  const first = columns.find((column) => column !== undefined);
  if (!first) return [];
  const places = columns.map((column) => new Map(column?.at.map((at, place) => [at, place])));
  return first.at.map((at) => ({
    atMs: Date.parse(at),
    values: columns.map((column, line) => column?.value.last[places[line]!.get(at) ?? -1] ?? null),
  }));
}

/** The last of each step. */
function thinned(points: readonly Point[], stepMs: number): Point[] {
  return points.filter(
    ({ atMs }, i) => i + 1 === points.length || Math.floor(atMs / stepMs) !== Math.floor(points[i + 1]!.atMs / stepMs),
  );
}

function drawn(points: readonly Point[], restarts: readonly number[], stepMs: number): MemoryLines {
  const times: number[] = [];
  const columns: (number | null)[][] = GAUGE_LINES.map(() => []);
  const put = ({ atMs, values }: Point) => {
    times.push(atMs / 1_000);
    for (const [line, column] of columns.entries()) column.push(values[line] ?? null);
  };
  const longest = BREAK * Math.max(stepMs, usualDistance(points));
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    if (before && breaks(before.atMs, point.atMs, longest, restarts)) {
      put({ atMs: (before.atMs + point.atMs) / 2, values: [] });
    }
    put(point);
  }
  return { times, columns };
}

function breaks(beforeMs: number, atMs: number, longest: number, restarts: readonly number[]): boolean {
  return atMs - beforeMs > longest || restarts.some((restart) => restart > beforeMs && restart <= atMs);
}

function usualDistance(points: readonly Point[]): number {
  if (points.length < 3) return Number.POSITIVE_INFINITY;
  return medianOf(points.slice(1).map(({ atMs }, i) => atMs - points[i]!.atMs));
}
