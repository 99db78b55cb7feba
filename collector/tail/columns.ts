/** The columns of the table of kinds: which of them a terminal has room for, and what is in them. */
import { humanSize, signed } from '../../protocol/human.ts';
import { printable } from '../../protocol/printable.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { countText, signedCount, signedRate } from './figures.ts';
import type { KindRow } from './kind-table.ts';
import type { Sort } from './sorting.ts';
import { cut, padEnd, padStart, type Span, span, type Tone } from './spans.ts';

export interface Column {
  readonly head: string;
  readonly width: number;
  /** The order that its head shows. */
  readonly sort: Sort | undefined;
  cell(row: KindRow, width: number, glyphs: { readonly unicode: boolean }): Span;
}

/** Columns that the name of a kind has at least. */
const MIN_KIND_WIDTH = 14;
/** Of the marks before a kind, with the blank behind them. */
const MARK_WIDTH = 2;

const COUNT: Column = {
  head: 'Count',
  width: 10,
  sort: 'count',
  cell: (row, width) => span(tilde(row.countEstimated, countText(row.count, width - 1))),
};

const DELTA: Column = {
  head: 'Delta',
  width: 9,
  sort: 'delta',
  cell: (row, width) => span(signedCount(row.countDelta, width), toneOf(row.countDelta)),
};

const STEP: Column = {
  head: 'Last',
  width: 8,
  sort: 'step',
  cell: (row, width) => span(signedCount(row.countStep, width), toneOf(row.countStep)),
};

const RATE: Column = {
  head: 'Per min',
  width: 8,
  sort: 'rate',
  cell: (row, width) => span(signedRate(row.countPerMinute, width), toneOf(row.countPerMinute)),
};

const TREND: Column = {
  head: 'Trend',
  width: 12,
  sort: 'steadiness',
  cell: (row, width, { unicode }) => span(sparkline(row.trend, width, unicode), row.growsSteadily ? 'grows' : 'faint'),
};

const SIZE: Column = {
  head: 'Size',
  width: 9,
  sort: 'size',
  cell: (row) => span(tilde(row.sizeEstimated, humanSize(row.sizeBytes))),
};

const GROWTH: Column = {
  head: 'Size delta',
  width: 11,
  sort: 'growth',
  cell: (row) => span(signedSize(row.sizeDelta), toneOf(row.sizeDelta)),
};

/** As they stand on the line, and in the order in which they get a place on it. */
const PLACES = [COUNT, DELTA, STEP, RATE, TREND, SIZE, GROWTH];
const IMPORTANCE = [COUNT, DELTA, SIZE, TREND, STEP, RATE, GROWTH];

/** What fits in `width`, the kind's name included. */
function columnsFor(width: number): { readonly columns: readonly Column[]; readonly kindWidth: number } {
  let left = width - MARK_WIDTH;
  const chosen = new Set<Column>();
  for (const column of IMPORTANCE) {
    if (left - column.width - 1 < MIN_KIND_WIDTH) break;
    chosen.add(column);
    left -= column.width + 1;
  }
  return { columns: PLACES.filter((column) => chosen.has(column)), kindWidth: Math.max(1, left) };
}

/** The head of the table; the column that rows are sorted by has an arrow. */
export function headText(width: number, sort: Sort, reversed: boolean, unicode: boolean): string {
  const { columns, kindWidth } = columnsFor(width);
  const arrow = unicode ? (reversed ? '▲' : '▼') : reversed ? '^' : 'v';
  const heads = columns.map((column) => {
    if (column.sort !== sort) return padStart(column.head, column.width);
    const gap = column.head.length + 2 > column.width ? '' : ' ';
    return padStart(`${column.head}${gap}${arrow}`, column.width);
  });
  const kind = sort === 'kind' ? `Kind ${arrow}` : 'Kind';
  return `${heads.join(' ')} ${' '.repeat(MARK_WIDTH)}${padEnd(kind, kindWidth)}`;
}

/** One kind. `+` marks a new one, a triangle before one that grows steadily. */
export function rowSpans(row: KindRow, width: number, unicode: boolean): Span[] {
  const { columns, kindWidth } = columnsFor(width);
  const spans: Span[] = [];
  for (const column of columns) {
    const { text, tone } = column.cell(row, column.width, { unicode });
    spans.push(span(`${padStart(text, column.width)} `, tone));
  }
  const [mark, tone] = markOf(row, unicode);
  const name = printable(row.kind).replaceAll(/\s/gu, ' ');
  return [...spans, span(`${mark} `, tone), span(cut(name, kindWidth), tone)];
}

function markOf(row: KindRow, unicode: boolean): readonly [string, Tone] {
  if (row.isNew) return ['+', 'new'];
  if (row.growsSteadily) return [unicode ? '▲' : '^', 'grows'];
  return [' ', 'plain'];
}

function tilde(estimated: boolean, text: string): string {
  return estimated ? `~${text}` : text;
}

/** `+1.2 MB`, `-36 B`, `0`. */
export function signedSize(bytes: number): string {
  return bytes === 0 ? '0' : signed(bytes, humanSize);
}

function toneOf(figure: number): Tone {
  return figure > 0 ? 'grows' : figure < 0 ? 'shrinks' : 'faint';
}
