/** heapy's table of a set's objects one by one (`byid`), to the letter. */
import { tenthPercent } from './numerals.ts';
import { figure, type Page, pageText } from './paging.ts';

/** What the table shows. Rows are asked for one at a time: there are as many as objects. */
export interface IdentityContent {
  /** The kind of all, `<Session>`, or `<mixed>`; '' where it is not known. */
  readonly kind: string;
  /** Over the texts. */
  readonly header: string;
  readonly sizeBytes: number;
  /** Number of objects. */
  readonly length: number;
  row(index: number): { readonly text: string; readonly sizeBytes: number };
}

const HEAD = ' Index     Size   %   Cumulative  %   ';
const PAGE = 10;

/** The table, or one page of it, without a newline at its end. */
export function identityTable(content: IdentityContent, { from = 0, rows = PAGE, more = 'heapy' }: Page = {}): string {
  const { kind, header, sizeBytes, length } = content;
  if (from > 0 && from >= length) return '';
  let cumulative = 0;
  for (let index = 0; index < from; index++) cumulative += content.row(index).sizeBytes;
  const end = Math.min(length, length - (from + rows) === 1 ? length : from + rows);
  const shown = Array.from({ length: end - from }, (_, at) => {
    const row = content.row(from + at);
    cumulative += row.sizeBytes;
    const figures = [
      figure(from + at, 6),
      figure(row.sizeBytes, 8),
      figure(tenthPercent(row.sizeBytes, sizeBytes), 5),
      figure(cumulative, 9),
      figure(tenthPercent(cumulative, sizeBytes), 5),
    ];
    return { figures: `${figures.join(' ')} `, kind: row.text };
  });
  const named = kind === '' ? '' : `${kind} `;
  const label = [`Set of ${length} ${named}object${length === 1 ? '' : 's'}. Total size = ${sizeBytes} bytes.`];
  const table = { label: from === 0 ? label : [], head: HEAD, header, rows: shown, hiddenRows: length - end };
  return pageText(table, { rows: Infinity, more });
}
