/**
 * What heapy's tables have in common: a label, a header, rows of figures with a kind's name behind them, and a line that
 * says how many rows are left.
 *
 *     Partition of a set of 3 objects. Total size = 300 bytes.       label, on the first page only
 *      Index  Count   %     Size   % Cumulative  % Kind              head + header
 *          0      2  67      200  67       200  67 foo               figures + kind, wrapped under itself
 *     <2 more rows. Type e.g. '_.more' to view.>                     more-line
 */
import { printable } from './printable.ts';
import { wrap } from './wrap.ts';

/** Columns of a line, as in heapy. */
const WIDTH = 100;

/** Rows of a page, as in heapy. */
const ROWS = 10;

/** Which part of a table to print. */
export interface Page {
  /** Rows of the page, default 10; Infinity: all. If a single row would be left out, it is printed too. */
  readonly rows?: number;
  /** Index of the first row, default 0. A page that begins later has no label. */
  readonly from?: number;
  /** How the line that tells of further rows is worded: for heapy's session (the default) or for a command line. */
  readonly more?: 'heapy' | 'shell';
}

export interface Table {
  readonly label: readonly string[];
  /** The header's fixed part, over the figures; '' where heapy prints an empty line for a header. */
  readonly head: string;
  /** The header's last part, over the kinds. */
  readonly header: string;
  readonly rows: readonly { readonly figures: string; readonly kind: string }[];
  /** Rows that there are beyond `rows`. */
  readonly hiddenRows: number;
}

/** The page as text, without a newline at its end; '' if it begins after the last row. */
export function pageText(table: Table, { rows = ROWS, from = 0, more = 'heapy' }: Page): string {
  const { label, head, header, hiddenRows } = table;
  if (from > 0 && from >= table.rows.length) return '';
  // the one row that a more-line would stand for takes no more room than it
  const single = hiddenRows === 0 && table.rows.length - (from + rows) === 1;
  const shown = table.rows.slice(from, from + rows + (single ? 1 : 0));
  const left = table.rows.length - from - shown.length + hiddenRows;
  const lines = from === 0 ? [...label] : [];
  if (table.rows.length > 0) lines.push(head === '' ? '' : hanging(head, header).join('\n'));
  for (const { figures, kind } of shown) for (const line of hanging(figures, kind)) lines.push(line);
  if (left > 0) lines.push(moreLine(left, more));
  return lines.join('\n').trimEnd();
}

/** `text` behind `fixed`, its further lines under its first; each newline in it begins a line of its own. */
function hanging(fixed: string, text: string): string[] {
  const subsequentIndent = ' '.repeat(fixed.length);
  const [first = '', ...rest] = printable(text).split('\n');
  return [
    ...wrap(fixed + first, { width: WIDTH, subsequentIndent }),
    ...rest.flatMap((part) => wrap(part, { width: WIDTH, initialIndent: subsequentIndent, subsequentIndent })),
  ];
}

function moreLine(left: number, wording: 'heapy' | 'shell'): string {
  const rows = left === 1 ? 'row' : 'rows';
  return wording === 'heapy'
    ? `<${left} more ${rows}. Type e.g. '_.more' to view.>`
    : `… ${left} more ${rows}: --all or --rows N`;
}

/** A figure in its column; one that is an estimate has `~` before it. Wider ones push the rest of their row right. */
export function figure(value: number | string, width: number, estimated = false): string {
  return `${estimated ? '~' : ''}${value}`.padStart(width);
}
