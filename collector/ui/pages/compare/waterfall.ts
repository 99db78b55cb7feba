/**
 * The way from one total to another, kind by kind.
 *
 *     B  ██████████
 *     Session      ████          grows
 *     Map            ▒▒          shrinks
 *     A  ████████████
 */

import type { Difference, DifferenceRow } from '../../../../protocol/difference.ts';
import { maxOf, minOf } from '../../../../protocol/extremes.ts';

export type Measure = 'sizeBytes' | 'count';

export interface Step {
  readonly kind: string;
  readonly sort: 'total' | 'grows' | 'shrinks' | 'same';
  /** Where its bar begins and ends; a total's begins at the scale's. */
  readonly from: number;
  readonly to: number;
  readonly estimated: boolean;
}

export interface Waterfall {
  /** B, the kinds that change most, all others, A. */
  readonly steps: readonly Step[];
  /** Where the scale begins and ends. It begins above 0 where the totals are far more than what changes. */
  readonly begin: number;
  readonly end: number;
}

/** Of the scale, what is left below the lowest bar where it does not begin at 0. */
const MARGIN = 0.25;

/** @param max kinds with steps of their own */
export function waterfall(difference: Difference, measure: Measure, max: number): Waterfall {
  const { a, b } = difference;
  const changed = difference.rows
    .filter((row) => row[measure] !== 0)
    .sort((x, y) => Math.abs(y[measure]) - Math.abs(x[measure]));
  // a rest of one is a step as well as any
  const shown = changed.length === max + 1 ? changed : changed.slice(0, max);
  const rest = changed.slice(shown.length);
  // growers first: the way goes up and then down, not to and fro
  const ordered = [...shown].sort((x, y) => Math.sign(y[measure]) - Math.sign(x[measure]));
  let level = b[measure];
  const step = (kind: string, change: number, estimated: boolean): Step => {
    const from = level;
    level += change;
    return { kind, sort: sortOf(change), from, to: level, estimated };
  };
  const steps = ordered.map((row) => step(row.kind, row[measure], row.estimated));
  if (rest.length > 0) steps.push(step(`${rest.length} other kinds`, sum(rest, measure), rest.some(isEstimated)));
  const levels = [b[measure], a[measure], ...steps.flatMap(({ from, to }) => [from, to])];
  const { begin, end } = scaleOf(levels);
  const total = (kind: string, value: number): Step => ({
    kind,
    sort: 'total',
    from: begin,
    to: value,
    estimated: false,
  });
  return { steps: [total('B', b[measure]), ...steps, total('A', a[measure])], begin, end };
}

function scaleOf(levels: readonly number[]): { begin: number; end: number } {
  const lowest = minOf(levels);
  const highest = maxOf(levels);
  const begin = lowest - (highest - lowest) * MARGIN;
  // half of the width for what is there anyway is enough
  return { begin: lowest > highest / 2 && highest > lowest ? begin : 0, end: highest };
}

function sortOf(change: number): Step['sort'] {
  if (change === 0) return 'same';
  return change > 0 ? 'grows' : 'shrinks';
}

function sum(rows: readonly DifferenceRow[], measure: Measure): number {
  return rows.reduce((sum, row) => sum + row[measure], 0);
}

function isEstimated({ estimated }: DifferenceRow): boolean {
  return estimated;
}
