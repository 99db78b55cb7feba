/** What paired differences say, whatever their distribution: the Hodges–Lehmann estimate with Wilcoxon's confidence interval. */
import { median } from './median.ts';

export interface Estimate {
  /** The median of the means of all pairs of differences, each with itself too. */
  readonly middle: number;
  readonly low: number;
  readonly high: number;
}

/** Of the interval, for samples large enough to have it: from 6 differences on. */
const CONFIDENCE = 0.95;

/** With fewer than 6 differences the interval is from the least to the greatest, which is less than 95 %. */
export function estimate(differences: readonly number[]): Estimate {
  const means = differences.flatMap((a, at) => differences.slice(at).map((b) => (a + b) / 2)).sort((a, b) => a - b);
  const cut = outside(differences.length);
  return { middle: median(means), low: means[cut], high: means[means.length - 1 - cut] };
}

/** How many of the ordered means may be left out at each end: Wilcoxon's signed-rank distribution, exactly. */
function outside(differences: number): number {
  // ways to reach each sum of the ranks 1 … n
  let ways = [1];
  for (let rank = 1; rank <= differences; rank++) {
    const longer = Array.from({ length: ways.length + rank }, (_, sum) => (ways[sum] ?? 0) + (ways[sum - rank] ?? 0));
    ways = longer;
  }
  let tail = 0;
  let cut = 0;
  for (const count of ways) {
    tail += count / 2 ** differences;
    if (2 * tail > 1 - CONFIDENCE) break;
    cut++;
  }
  return Math.max(0, cut - 1);
}
