/**
 * The table of a relative partition: heapy's table of what was born since a checkpoint, and beside each kind what of it
 * has been freed since and what survives.
 *
 *     Born since checkpoint "a" of 2026-11-22T06:24:45.123Z: 3 objects. Total size = 300 bytes.
 *     Freed since: 2 objects, 64 bytes. Survived: 45012 objects, 3370000 bytes.
 *      Index  Count   %     Size   % Cumulative  %   Freed Survived Kind (class / store of class)
 *          0      2  67      200  67       200  67       1      120 Session
 *     Left out, as their ids do not last: 102 objects, 8160 bytes.
 */
import { wholePercent } from './numerals.ts';
import { figure, type Page, pageText, type Table } from './paging.ts';
import type { Partition, Since, Tally } from './partition.ts';
import { printable } from './printable.ts';

/** What a table shows of a relative partition. */
export type SinceContent = Pick<Partition, 'label' | 'header' | 'count' | 'sizeBytes' | 'rows' | 'other'> & {
  readonly since: Since;
};

const HEAD = ' Index  Count   %     Size   % Cumulative  %   Freed Survived ';

/** The table of `partition`, or one page of it, without a newline at its end. Percentages are of all that was born. */
export function sinceTable(partition: SinceContent, page: Page = {}): string {
  const { header, other } = partition;
  const table = {
    label: labelOf(partition),
    head: HEAD,
    header,
    rows: rowsOf(partition),
    hiddenRows: other?.rows ?? 0,
  };
  return pageText(table, page) + leftOutLine(partition.since, page);
}

function labelOf({ label, count, sizeBytes, since }: SinceContent): string[] {
  const { checkpoint, takenAt, freed, survived } = since;
  return [
    ...(label === undefined ? [] : [printable(label)]),
    `Born since checkpoint "${printable(checkpoint)}" of ${takenAt}: ${objects(count)}. Total size = ${sizeBytes} bytes.`,
    `Freed since: ${tallyText(freed)}. Survived: ${tallyText(survived)}.`,
  ];
}

/** The last line; on the first page, whose label it belongs to. */
function leftOutLine({ leftOut }: Since, { from = 0 }: Page): string {
  if (leftOut === undefined || leftOut.count === 0 || from > 0) return '';
  return `\nLeft out, as their ids do not last: ${tallyText(leftOut)}.`;
}

function tallyText({ count, sizeBytes }: Tally): string {
  return `${objects(count)}, ${sizeBytes} bytes`;
}

function objects(count: number): string {
  return `${count} object${count === 1 ? '' : 's'}`;
}

function rowsOf({ count, sizeBytes, rows }: SinceContent): Table['rows'] {
  let cumulative = 0;
  return rows.map((row, index) => {
    cumulative += row.sizeBytes;
    const figures = [
      figure(index, 6),
      figure(row.count, 6),
      figure(wholePercent(row.count, count), 3),
      figure(row.sizeBytes, 8),
      figure(wholePercent(row.sizeBytes, sizeBytes), 3),
      figure(cumulative, 9),
      figure(wholePercent(cumulative, sizeBytes), 3),
      figure(row.freed?.count ?? 0, 7),
      figure(row.survived?.count ?? 0, 8),
    ];
    return { figures: `${figures.join(' ')} `, kind: row.kind };
  });
}
