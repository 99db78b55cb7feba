/**
 * Rounds of a step, short and long ones, in the order of Thue and Morse: a drift that is linear or quadratic in time then falls
 * out of what is compared (../alert/statistics/dose.ts).
 *
 *     S L L S L S S L      L = 3 S
 *
 * Pure.
 */

/** Iterations of a long round in those of a short one. */
const LONG = 3;
/** Rounds that tell anything at all. */
export const LEAST_ROUNDS = 6;
export const ROUNDS = 8;

/** Whether each of `count` rounds is long. */
function longRounds(count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => ones(i) % 2 === 1);
}

/** Iterations of each round. */
export function doses(count: number, short: number): number[] {
  return longRounds(count).map((isLong) => (isLong ? LONG * short : short));
}

function ones(number: number): number {
  let count = 0;
  for (let rest = number; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
}

/** What a short round may take, if the step lets it. */
const SHORT_MS = 25;
/** Fewer iterations show one object each too weakly. */
const LEAST_ITERATIONS = 25;
const MOST_ITERATIONS = 500;

/** Iterations of a short round, by how long one took while warming up. */
export function shortRound(stepMs: number): number {
  return Math.round(Math.min(MOST_ITERATIONS, Math.max(LEAST_ITERATIONS, SHORT_MS / Math.max(stepMs, 1e-3))));
}
