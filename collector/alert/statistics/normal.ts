/** The standard normal distribution, to full relative precision far into its tail: many tests at once need p of 1e-9. */

/** Beyond it the series below loses what it subtracts, and the continued fraction converges at once. */
const TAIL = 2.5;
const FRACTION_TERMS = 80;

/** P(Z > z). Marsaglia, Evaluating the normal distribution, 2004: Taylor's series inside, Laplace's fraction in the tail. */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  if (z < TAIL) return 0.5 - density(z) * series(z);
  return density(z) / millsDenominator(z);
}

/** The z with P(Z > z) = `p`, for p in (0, 1); to 1e-12. @throws RangeError outside */
export function upperQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`Cannot take a quantile: expected a probability in (0, 1), got ${p}`);
  let [low, high] = [-40, 40];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (upperTail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function density(z: number): number {
  return Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + … */
function series(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** z + 1/(z + 2/(z + 3/(z + …))) */
function millsDenominator(z: number): number {
  let fraction = z;
  for (let k = FRACTION_TERMS; k > 0; k--) fraction = z + k / fraction;
  return fraction;
}
