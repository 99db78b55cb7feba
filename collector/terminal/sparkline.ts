/** Figures over time as one row of characters. */
import { maxOf, minOf } from '../../protocol/extremes.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
/** For terminals that know ASCII alone. */
const STROKES = '_.-~=+*#';

/** The last `width` values, from the lowest of them to the highest; blanks stand before the first. */
export function sparkline(values: readonly number[], width: number, unicode = true): string {
  const glyphs = unicode ? BLOCKS : STROKES;
  const shown = values.slice(-width);
  const low = minOf(shown);
  const span = maxOf(shown) - low;
  const top = glyphs.length - 1;
  const text = shown.map((value) => glyphs[span === 0 ? 0 : Math.round(((value - low) / span) * top)]).join('');
  return text.padStart(width);
}
