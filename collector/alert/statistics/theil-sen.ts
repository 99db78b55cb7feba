/**
 * The Theil–Sen slope: the median of the slopes between all pairs of points. A quarter of the points may be anything.
 *
 * Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968): its interval is between those
 * slopes whose rank is N/2 ± z·√Var(S)/2, whatever the distribution of the noise. O(n² log n) for n points.
 */
import { varianceOfS } from './mann-kendall.ts';
import { upperQuantile } from './normal.ts';

export interface TheilSen {
  /** Values a unit of time. */
  readonly slope: number;
  /** Ends of the interval that holds the true slope with the confidence asked for; infinite where the points are too few. */
  readonly lower: number;
  readonly upper: number;
}

/**
 * @param times rising; two points of one time give no slope
 * @param confidence of the two-sided interval, in (0, 1)
 * @param inflation as in mannKendall
 */
export function theilSen(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  confidence: number,
  inflation = 1,
): TheilSen {
  const slopes = pairSlopes(times, values);
  const halfWidth = upperQuantile((1 - confidence) / 2) * Math.sqrt(varianceOfS(values) * inflation);
  return {
    slope: median(slopes),
    lower: ranked(slopes, (slopes.length - halfWidth) / 2),
    upper: ranked(slopes, (slopes.length + halfWidth) / 2 + 1),
  };
}

/** Of a row in any order; NaN for an empty one. */
export function medianOf(values: ArrayLike<number>): number {
  return median(Float64Array.from(values).sort());
}

function pairSlopes(times: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
  const n = values.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let filled = 0;
  for (let j = 1; j < n; j++) {
    for (let i = 0; i < j; i++) {
      const elapsed = times[j]! - times[i]!;
      if (elapsed > 0) slopes[filled++] = (values[j]! - values[i]!) / elapsed;
    }
  }
  return slopes.subarray(0, filled).sort();
}

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The slope of a rank from 1, rounded away from the middle: the interval is never too short. */
function ranked(slopes: Float64Array, rank: number): number {
  if (rank < 1) return Number.NEGATIVE_INFINITY;
  if (rank > slopes.length) return Number.POSITIVE_INFINITY;
  return rank < slopes.length / 2 ? slopes[Math.floor(rank) - 1]! : slopes[Math.ceil(rank) - 1]!;
}
