/** What a chart of one line reaches from and to. */

/** Room above and below the line, as a share of what it spans. */
const MARGIN = 0.08;

/** From 0 where the line comes near it; else only what the line spans, so that slow growth of much is seen. */
export function lineRange(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const margin = Math.max((max - min) * MARGIN, 1);
  return min < max / 2 ? [0, max + margin] : [Math.max(0, min - margin), max + margin];
}
