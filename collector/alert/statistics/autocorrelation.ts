/**
 * How much less a row of values tells than as many independent ones: neighbours in time resemble each other, and a trend
 * test that does not know it takes a slow wave for a leak.
 *
 * Hamed and Rao, A modified Mann–Kendall trend test for autocorrelated data, Journal of Hydrology 204 (1998): the variance
 * of S grows by 1 + 2/(n(n−1)(n−2)) · Σ (n−k)(n−k−1)(n−k−2) · ρ(k), with ρ the autocorrelation of the ranks once the trend
 * is taken out. Beyond it: the variance is never lowered, and ρ is freed of the bias that short rows have.
 */

/** Autocorrelations smaller than this many standard errors are taken for chance. */
const SIGNIFICANT = 1.645;
/** No pair of values is worth less than as if all but this share of the row were one. */
const MAX_RHO = 0.97;

/**
 * The factor by which the variance of S grows, at least 1.
 * @param slope Theil–Sen, in values a unit of `times`; taken out before ranking
 */
export function inflation(times: ArrayLike<number>, values: ArrayLike<number>, slope: number): number {
  const n = values.length;
  if (n < 4) return 1;
  const residuals = Float64Array.from({ length: n }, (_, i) => values[i]! - slope * times[i]!);
  const ranks = ranksOf(residuals);
  const lags = Math.floor(n / 3);
  let sum = 0;
  for (let k = 1; k <= lags; k++) {
    const rho = unbiased(autocorrelation(ranks, k), n);
    // the second half of a wave takes back what its first half gave
    if (Math.abs(rho) > SIGNIFICANT / Math.sqrt(n)) sum += (n - k) * (n - k - 1) * (n - k - 2) * rho;
  }
  return Math.max(1, 1 + (2 * sum) / (n * (n - 1) * (n - 2)));
}

/** Autocorrelation of a row at a lag, by its own mean; 0 for a row that does not vary. */
function autocorrelation(values: ArrayLike<number>, lag: number): number {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i]! / n;
  let [product, square] = [0, 0];
  for (let i = 0; i < n; i++) {
    square += (values[i]! - mean) ** 2;
    if (i >= lag) product += (values[i]! - mean) * (values[i - lag]! - mean);
  }
  return square === 0 ? 0 : product / square;
}

/** Ranks from 1, ties sharing their mean. */
function ranksOf(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/** A short row underestimates its autocorrelation by about (1 + 4ρ)/n, a line having been taken out. */
function unbiased(rho: number, n: number): number {
  return Math.max(-MAX_RHO, Math.min(MAX_RHO, (n * rho + 1) / (n - 4)));
}
