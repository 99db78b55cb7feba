/**
 * The Mann–Kendall test for an upward trend: do later values tend to be greater than earlier ones?
 *
 *     S = number of pairs (i < j) with x[j] > x[i], less those with x[j] < x[i]
 *
 * Kendall, Rank Correlation Methods (1975); exact for few values without ties, as the published tables are; else by the
 * normal approximation with the variance corrected for ties and, by the caller, for autocorrelation.
 */
import { upperTail } from './normal.ts';

/** Up to here the exact distribution is used, as in Gilbert (1987), table A18. */
const EXACT_MAX = 10;

export interface MannKendall {
  readonly s: number;
  /** Of S where there is no trend. */
  readonly variance: number;
  /** P(S at least as great) where there is no trend: one-sided. */
  readonly p: number;
}

/**
 * Tests values in the order of their times.
 * @param inflation factor by which autocorrelation raises the variance of S (autocorrelation.ts); 1 for independent values
 */
export function mannKendall(values: ArrayLike<number>, inflation = 1): MannKendall {
  const s = kendallS(values);
  const variance = varianceOfS(values) * inflation;
  return { s, variance, p: pValue(values, s, variance, inflation) };
}

export function kendallS(values: ArrayLike<number>): number {
  let s = 0;
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) s += Math.sign((values[j] as number) - (values[i] as number));
  }
  return s;
}

/** Variance of S among all orders of these values: n(n−1)(2n+5)/18 less the same of each group of ties. */
export function varianceOfS(values: ArrayLike<number>): number {
  let variance = eighteenths(values.length);
  for (const size of tiedGroups(values)) variance -= eighteenths(size);
  return variance / 18;
}

/**
 * P(S ≥ `s`) among all orders of `n` different values.
 *
 * The number of orders with k inversions is the coefficient of x^k in the product of (1 + x + … + x^(m−1)), m = 1 … n.
 */
export function exactTail(n: number, s: number): number {
  let orders = [1];
  for (let m = 2; m <= n; m++) orders = timesRun(orders, m);
  const total = orders.reduce((sum, count) => sum + count, 0);
  // S = all pairs − 2 · inversions
  const most = Math.floor(((n * (n - 1)) / 2 - s) / 2);
  let tail = 0;
  for (let inversions = 0; inversions <= most && inversions < orders.length; inversions++) tail += orders[inversions]!;
  return tail / total;
}

function pValue(values: ArrayLike<number>, s: number, variance: number, inflation: number): number {
  if (values.length <= EXACT_MAX && inflation === 1 && !hasTies(values)) return exactTail(values.length, s);
  if (variance <= 0) return 1;
  // S moves in steps of 2: the continuity correction takes half of one off
  return upperTail((s - Math.sign(s)) / Math.sqrt(variance));
}

function timesRun(coefficients: readonly number[], m: number): number[] {
  const product = new Array<number>(coefficients.length + m - 1).fill(0);
  coefficients.forEach((count, k) => {
    for (let step = 0; step < m; step++) product[k + step]! += count;
  });
  return product;
}

function eighteenths(n: number): number {
  return n * (n - 1) * (2 * n + 5);
}

function hasTies(values: ArrayLike<number>): boolean {
  return new Set(Array.from(values)).size < values.length;
}

function tiedGroups(values: ArrayLike<number>): Iterable<number> {
  const sizes = new Map<number, number>();
  for (let i = 0; i < values.length; i++) sizes.set(values[i]!, (sizes.get(values[i]!) ?? 0) + 1);
  return sizes.values();
}
