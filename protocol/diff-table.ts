/** heapy's table of the difference of two partitions, to the letter: rows are matched by the text of their kind. */
import { threeDigits } from './numerals.ts';
import { figure, type Page, pageText, type Table } from './paging.ts';
import type { Row } from './partition.ts';
import type { TableContent } from './table.ts';

const HEAD = ' Index  Count     Size  Cumulative  % of B ';

/**
 * The table of `a` - `b`, or one page of it, without a newline at its end: largest absolute difference of size first, equal
 * ones as they stand in `a` and then in `b`. `% of B` is of the sizes so far.
 * @throws RangeError if they are by different classifiers, or one of them leaves out rows (`other`).
 */
export function diffTable(a: TableContent, b: TableContent, page: Page = {}): string {
  if (a.header !== b.header)
    throw new RangeError(`Cannot compare partitions: one is by ${a.header}, one by ${b.header}`);
  for (const { other } of [a, b]) {
    if (other)
      throw new RangeError(`Cannot compare partitions: expected all rows of each, got one without ${other.rows}`);
  }
  const count = a.count - b.count;
  const sizeBytes = a.sizeBytes - b.sizeBytes;
  const differs = count !== 0 || sizeBytes !== 0;
  const label = [
    'Summary of difference operation (A-B).',
    '        Count     Size',
    `  A    ${figure(a.count, 6)} ${figure(a.sizeBytes, 8)}`,
    `  B    ${figure(b.count, 6)} ${figure(b.sizeBytes, 8)}`,
    `  A-B  ${figure(count, 6)} ${figure(sizeBytes, 8)}  = ${percentOf(b, sizeBytes)} % of B`,
    '',
    ...(differs ? ['Differences by kind, largest absolute size diffs first.'] : []),
  ];
  const rows = rowsOf(differences(a.rows, b.rows), b);
  return pageText({ label, head: differs ? HEAD : '', header: a.header, rows, hiddenRows: 0 }, page);
}

function differences(a: readonly Row[], b: readonly Row[]): Row[] {
  const left = new Map(b.map((row) => [row.kind, row]));
  const rows = a.map((row) => {
    const other = left.get(row.kind);
    left.delete(row.kind);
    return other ? difference(row, other) : row;
  });
  for (const row of left.values()) rows.push(difference({ kind: row.kind, count: 0, sizeBytes: 0 }, row));
  return rows
    .filter((row) => row.count !== 0 || row.sizeBytes !== 0)
    .sort((x, y) => Math.abs(y.sizeBytes) - Math.abs(x.sizeBytes));
}

function difference(a: Row, b: Row): Row {
  const estimated = a.estimated === true || b.estimated === true;
  return { kind: a.kind, count: a.count - b.count, sizeBytes: a.sizeBytes - b.sizeBytes, estimated };
}

function rowsOf(rows: readonly Row[], b: TableContent): Table['rows'] {
  let cumulative = 0;
  let anyEstimated = false;
  return rows.map((row, index) => {
    cumulative += row.sizeBytes;
    anyEstimated ||= row.estimated === true;
    const figures = [
      figure(index, 6),
      figure(row.count, 6, row.estimated),
      figure(row.sizeBytes, 8, row.estimated),
      figure(cumulative, 9, anyEstimated),
      percentOf(b, cumulative),
    ];
    return { figures: `${figures.join(' ')} `, kind: row.kind };
  });
}

function percentOf(b: TableContent, sizeBytes: number): string {
  return b.sizeBytes === 0 ? '   (n.a.)' : figure(threeDigits((sizeBytes * 100) / b.sizeBytes), 9);
}
