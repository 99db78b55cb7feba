/**
 * Figures of heaps as lines of JSON, one a heap, to be appended to a file and read again with or without what wrote them:
 *
 *     {"heapwatch":1,"format":"set","target":"9229","pid":4711,"nodeVersion":"v20.20.2","rssBytes":…,"label":"before",
 *      "takenAt":"…","header":"Kind (class / store of class)","count":…,"sizeBytes":…,"rows":[{"kind":…,…}]}
 *
 * `heapwatch` is the version of the layout; a reader refuses others. Of a difference (`"format":"diff"`) count, sizeBytes
 * and rows are A's and A - B's, and `b` has the totals of B.
 */
import type { Origin } from './view.ts';

export const VERSION = 1;

/** What a line says. */
export interface Dumped {
  readonly format: 'set' | 'id' | 'diff';
  readonly header: string;
  readonly kindName?: string | undefined;
  readonly count: number;
  readonly sizeBytes: number;
  readonly b?: { readonly count: number; readonly sizeBytes: number } | undefined;
  readonly rows: readonly { readonly kind: string; readonly count: number; readonly sizeBytes: number }[];
  readonly origin: Origin;
}

export function dumpOf({ format, header, kindName, count, sizeBytes, b, rows, origin }: Dumped): string {
  const figures = { header, kindName, count, sizeBytes, b, rows };
  return `${JSON.stringify({ heapwatch: VERSION, format, ...origin, ...figures })}\n`;
}
