/** What is written in a square: what fits. */
import type { Square } from './square-layout.ts';

/** Of the label's type in square-map.css, CSS pixels; a character is the mean of a sans serif's, on the wide side. */
const CHARACTER = 7;
const LINE = 16;
const PADDING = 10;
/** Characters of a name that still tell what it is, before it is cut. */
const MIN_CHARACTERS = 7;

export interface CellLabel {
  /** It ends in an ellipsis where the name is longer than its line. */
  readonly hasName: boolean;
  /** A second line, of the figure, which is never cut. */
  readonly hasFigure: boolean;
}

export function cellLabel(
  name: string,
  figure: string,
  { width, height }: Pick<Square, 'width' | 'height'>,
): CellLabel {
  const room = Math.floor((width - PADDING) / CHARACTER);
  const lines = Math.floor((height - PADDING / 2) / LINE);
  const hasName = lines >= 1 && room >= Math.min(name.length, MIN_CHARACTERS);
  return { hasName, hasFigure: hasName && lines >= 2 && room >= figure.length };
}
