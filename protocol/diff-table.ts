/** heapy's table of the difference of two partitions, to the letter. */
import { type Comparable, type DifferenceRow, difference } from './difference.ts';
import { threeDigits } from './numerals.ts';
import { figure, type Page, pageText, type Table } from './paging.ts';

const HEAD = ' Index  Count     Size  Cumulative  % of B ';

/**
 * The table of `a` - `b`, or one page of it, without a newline at its end. `% of B` is of the sizes so far.
 * @throws RangeError if they are by different classifiers, or one of them leaves out rows (`other`).
 */
export function diffTable(a: Comparable, b: Comparable, page: Page = {}): string {
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
  const rows = rowsOf(difference(a, b).rows, b);
  return pageText({ label, head: differs ? HEAD : '', header: a.header, rows, hiddenRows: 0 }, page);
}

function rowsOf(rows: readonly DifferenceRow[], b: Comparable): Table['rows'] {
  let cumulative = 0;
  let anyEstimated = false;
  return rows.map((row, index) => {
    cumulative += row.sizeBytes;
    anyEstimated ||= row.estimated;
    const figures = [
      figure(index, 6),
      figure(row.count, 6, row.estimated && row.exactCount !== true),
      figure(row.sizeBytes, 8, row.estimated),
      figure(cumulative, 9, anyEstimated),
      percentOf(b, cumulative),
    ];
    return { figures: `${figures.join(' ')} `, kind: row.kind };
  });
}

function percentOf(b: Comparable, sizeBytes: number): string {
  return b.sizeBytes === 0 ? '   (n.a.)' : figure(threeDigits((sizeBytes * 100) / b.sizeBytes), 9);
}
