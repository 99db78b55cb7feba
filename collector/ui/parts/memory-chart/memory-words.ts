/** The chart in words, for screen readers. */
import { maxOf } from '../../../../protocol/extremes.ts';
import { theilSen } from '../../../alert/statistics/theil-sen.ts';
import { signedSize, size } from '../words.ts';
import type { MemoryLines } from './memory-lines.ts';

/** Points that a slope is computed from: it takes the square of them. */
const SLOPE_POINTS = 60;
const MIN_SLOPE_POINTS = 8;
const CONFIDENCE = 0.95;

export interface LineFigures {
  readonly now: number;
  readonly min: number;
  readonly max: number;
  /** Bytes an hour (Theil–Sen); undefined where there are too few points to tell, 0 where they show none. */
  readonly perHour: number | undefined;
}

/** Of one line; undefined where nothing is known of it. */
export function lineFigures({ times, columns }: MemoryLines, line: number): LineFigures | undefined {
  const known = columns[line]!.flatMap((value, i) => (value === null ? [] : [{ hours: times[i]! / 3_600, value }]));
  const last = known.at(-1);
  if (!last) return undefined;
  let min = last.value;
  let max = last.value;
  for (const { value } of known) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { now: last.value, min, max, perHour: slope(known) };
}

/** `now 43.1 MB, between 31.0 MB and 58.2 MB, rising by 5.2 MB an hour`. */
export function figuresInWords({ now, min, max, perHour }: LineFigures): string {
  const range = min === max ? 'all the time' : `between ${size(min)} and ${size(max)}`;
  return `now ${size(now)}, ${range}${slopeInWords(perHour)}`;
}

function slopeInWords(perHour: number | undefined): string {
  if (perHour === undefined) return '';
  if (perHour === 0) return ', no slope that these points could show';
  return `, ${perHour > 0 ? 'rising' : 'falling'} by ${size(Math.abs(perHour))} an hour`;
}

/** Milliseconds between the two known points that lie furthest apart; 0 of fewer than two. */
export function longestGapMs({ times, columns }: MemoryLines): number {
  const known = times.filter((_, i) => columns.some((column) => column[i] !== null));
  return Math.max(0, maxOf(known.slice(1).map((time, i) => time - known[i]!))) * 1_000;
}

/** `+5.2 MB/h`; empty where there is none to tell. */
export function shortSlope(perHour: number | undefined): string {
  return perHour ? `${signedSize(perHour)}/h` : '';
}

function slope(points: readonly { hours: number; value: number }[]): number | undefined {
  const every = Math.max(1, Math.ceil(points.length / SLOPE_POINTS));
  const some = points.filter((_, i) => i % every === 0);
  if (some.length < MIN_SLOPE_POINTS) return undefined;
  const { slope, lower, upper } = theilSen(
    some.map(({ hours }) => hours),
    some.map(({ value }) => value),
    CONFIDENCE,
  );
  return lower > 0 || upper < 0 ? slope : 0;
}
