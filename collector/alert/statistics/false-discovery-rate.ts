/**
 * Many kinds tested at once: the p that the smallest must not exceed, so that of the alarms raised no more than a share is
 * false. Benjamini and Yekutieli, Annals of Statistics 29 (2001), holds however the kinds depend on each other: `Session`
 * and `properties of Session` do.
 */

/** The greatest p that is a discovery at this `rate`; 0 if none is. O(m log m). */
export function discoveryThreshold(pValues: readonly number[], rate: number): number {
  const sorted = Float64Array.from(pValues).sort();
  const m = sorted.length;
  const share = rate / (m * harmonic(m));
  for (let rank = m; rank > 0; rank--) if (sorted[rank - 1]! <= rank * share) return sorted[rank - 1]!;
  return 0;
}

/** What one kind alone has to reach among `m` at this `rate`: the least that is asked of anybody. */
export function loneThreshold(m: number, rate: number): number {
  return rate / (m * harmonic(m));
}

function harmonic(m: number): number {
  let sum = 0;
  for (let i = 1; i <= m; i++) sum += 1 / i;
  return sum;
}
