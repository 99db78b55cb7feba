/** The tail of Student's t distribution: how likely a mean so many standard errors above zero is, of few normal values. */

/**
 * P(T ≥ `t`) for whole degrees of freedom, by the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4.
 * @param freedom at least 1
 */
export function studentTail(t: number, freedom: number): number {
  if (t === Number.POSITIVE_INFINITY) return 0;
  const angle = Math.atan(t / Math.sqrt(freedom));
  const within = freedom % 2 === 0 ? evenSeries(angle, freedom) : oddSeries(angle, freedom);
  return Math.min(1, Math.max(0, (1 - within) / 2));
}

/** P(|T| < t), with its sign. */
function evenSeries(angle: number, freedom: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 2; k < freedom; k += 2) {
    term *= ((k - 1) / k) * Math.cos(angle) ** 2;
    sum += term;
  }
  return Math.sin(angle) * sum;
}

function oddSeries(angle: number, freedom: number): number {
  if (freedom === 1) return (2 * angle) / Math.PI;
  let term = Math.cos(angle);
  let sum = term;
  for (let k = 3; k < freedom; k += 2) {
    term *= ((k - 1) / k) * Math.cos(angle) ** 2;
    sum += term;
  }
  return (2 * (angle + Math.sin(angle) * sum)) / Math.PI;
}

/** The t with P(T ≥ t) = `p`, for p in (0, 1). @throws RangeError outside */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`Cannot take a quantile: expected a probability in (0, 1), got ${p}`);
  if (p > 0.5) return -studentQuantile(1 - p, freedom);
  let high = 1;
  while (studentTail(high, freedom) > p) high *= 2;
  let low = 0;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTail(middle, freedom) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
