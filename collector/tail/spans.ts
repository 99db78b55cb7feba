/** Text with meaning, before it is known how a terminal shows that; cut and filled by the columns it takes. */
import stringWidth from 'string-width';

/** What a piece of text is, rather than how it looks. */
export type Tone = 'plain' | 'strong' | 'faint' | 'head' | 'grows' | 'shrinks' | 'new' | 'alarm' | 'chosen';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type StyledLine = readonly Span[];

export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** Terminal columns that a text takes: 2 for wide characters, 0 for those that combine. */
export const widthOf = stringWidth;

export function lineWidth(line: StyledLine): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

const graphemes = new Intl.Segmenter();

/** `text` in at most `width` columns; a cut one ends in `…`. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const columns = widthOf(segment);
    if (used + columns > width - 1) break;
    kept += segment;
    used += columns;
  }
  return width > 0 ? `${kept}…` : '';
}

/** Fills with blanks at the end. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Fills with blanks at the start. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** A line in at most `width` columns. */
export function fit(line: StyledLine, width: number): StyledLine {
  const fitted: Span[] = [];
  let left = width;
  for (const { text, tone } of line) {
    if (left <= 0) break;
    const kept = cut(text, left);
    fitted.push({ text: kept, tone });
    left -= widthOf(kept);
    if (kept !== text) break;
  }
  return fitted;
}

/** Those pieces, with two blanks between them, that stand on a line of `width`: the first ones, as a whole each. */
export function pieces(spans: readonly (Span | null)[], width: number): StyledLine {
  const line: Span[] = [];
  let used = 0;
  for (const piece of spans) {
    if (!piece || piece.text === '') continue;
    const gap = line.length === 0 ? 0 : 2;
    const columns = widthOf(piece.text) + gap;
    if (used + columns > width && line.length > 0) continue;
    if (gap > 0) line.push(span('  '));
    line.push(piece);
    used += columns;
  }
  return fit(line, width);
}
