/** Which rows are exported. Pure. */
import { matchesGlob } from '../../protocol/glob.ts';
import type { ExportRow } from './row.ts';

export interface Wanted {
  readonly target?: string;
  /** A classifier; gauges have none. */
  readonly by?: string;
  /** A glob of kinds, and of gauges. */
  readonly kind?: string;
  /** Milliseconds since 1970. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export function isWithin(
  { target, by, kind, fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY }: Wanted,
  row: Pick<ExportRow, 'target' | 'by' | 'name' | 'atMs'>,
): boolean {
  if (target !== undefined && row.target !== target) return false;
  if (by !== undefined && row.by !== by) return false;
  if (row.atMs < fromMs || row.atMs > toMs) return false;
  return kind === undefined || matchesGlob(kind, row.name);
}
