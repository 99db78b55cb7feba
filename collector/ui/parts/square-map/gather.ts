/** Which parts of a whole have a square of their own, and what the others are together. */

export interface Part {
  readonly name: string;
  readonly value: number;
}

export interface Gathered<P extends Part> {
  /** Largest first. */
  readonly shown: readonly P[];
  /** Those without a square of their own. */
  readonly rest: { readonly count: number; readonly value: number };
}

/** How much larger than what is shown something has to be to take its place: else two that are alike change places for ever. */
const FAVOUR = 2;

/**
 * The largest parts, with a favour for those that were shown before; parts without a value are in the rest.
 * @param max squares; @param minShare of the whole that a square is worth; @param before names of what was shown last
 */
export function gather<P extends Part>(
  parts: readonly P[],
  { max, minShare, before }: { max: number; minShare: number; before: ReadonlySet<string> },
): Gathered<P> {
  const whole = sum(parts);
  const shown = parts
    .map((part) => ({ part, score: part.value * (before.has(part.name) ? FAVOUR : 1) }))
    .filter(({ score }) => score > 0 && score >= whole * minShare)
    .sort((a, b) => b.score - a.score)
    .slice(0, max)
    .map(({ part }) => part)
    .sort((a, b) => b.value - a.value);
  return { shown, rest: { count: parts.length - shown.length, value: Math.max(0, whole - sum(shown)) } };
}

function sum(parts: readonly Part[]): number {
  return parts.reduce((total, { value }) => total + value, 0);
}
