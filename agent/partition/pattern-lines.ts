/** A reference pattern as heapy prints it, ten rows to a page. */
import { humanCount } from '../../protocol/human.ts';
import { type ListingLine, type Page, pages } from './pager.ts';
import type { PatternRow, ReferencePattern } from './pattern.ts';

/** Greatest width of a row. */
const LINE_LENGTH = 80;
/** Column at which the first row's brackets stand; each deeper row's one further. */
const MARK_COLUMN = 9;

export interface PatternText {
  /** What the pattern is by, as its label says it: `[store of] class`. */
  readonly by: string;
  /** Text of a row after its brackets, at most `length` long: `6 Point: 0x1, 0x2...`. */
  readonly summary: (row: PatternRow, length: number) => string;
}

export function patternPages(pattern: ReferencePattern, text: PatternText): Page {
  return pages({
    label: `Reference Pattern by <${text.by}>.`,
    *lines(): Generator<ListingLine> {
      for (const row of pattern) yield { text: lineOf(row, text), stop: true };
    },
    moreLine(next) {
      const left = pattern.knownLength === undefined ? '' : `${pattern.knownLength - next} more lines. `;
      return `<${left}Type e.g. '_.more' for more.>`;
    },
  });
}

function lineOf(row: PatternRow, { summary }: PatternText): string {
  const start = `${String(row.index).padStart(2)}: ${row.name} `;
  // lines up to the brackets under every other row, for the eye to follow
  const filled = start.padEnd(MARK_COLUMN + row.depth, row.index % 2 === 1 ? ' ' : '-');
  const prefix = `${filled} [${markText(row)}] `;
  return prefix + summary(row, LINE_LENGTH - prefix.length);
}

function markText({ mark, folded, parent }: PatternRow): string {
  if (mark === 'x') return `× ${humanCount(folded.length)}`;
  if (mark === '<') return `< ${parent?.index}`;
  return typeof mark === 'string' ? mark : `^ ${mark.index}`;
}
