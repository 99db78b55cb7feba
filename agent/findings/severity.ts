/**
 * How bad a finding is, by what is at stake and its part of the heap:
 *
 *     high      16 MB and a twentieth, or 3 MB and a fifth
 *     medium    4 MB and a fiftieth, or 1 MB and a twentieth
 *     low       all else
 *     (none)    below 256 KB: not worth a person's time
 */
import type { Finding, Severity } from '../../protocol/finding.ts';

const MB = 2 ** 20;
/** Least bytes of a finding. */
export const LEAST_BYTES = 256 * 2 ** 10;

export function severityOf(sizeBytes: number, heapBytes: number): Severity {
  const part = sizeBytes / Math.max(1, heapBytes);
  if ((sizeBytes >= 16 * MB && part >= 0.05) || (sizeBytes >= 3 * MB && part >= 0.2)) return 'high';
  if ((sizeBytes >= 4 * MB && part >= 0.02) || (sizeBytes >= MB && part >= 0.05)) return 'medium';
  return 'low';
}

const RANK: Readonly<Record<Severity, number>> = { high: 0, medium: 1, low: 2 };

/** What says where to look goes before what only says how much. */
const GENERAL: ReadonlySet<string> = new Set(['dominant kind', 'large holder', 'large collection']);

/** Worst first; of the same severity causes before sums, then by bytes. */
export function byWeight(a: Finding, b: Finding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    Number(GENERAL.has(a.finding)) - Number(GENERAL.has(b.finding)) ||
    Number(a.confidence === 'possible') - Number(b.confidence === 'possible') ||
    b.sizeBytes - a.sizeBytes ||
    (a.title < b.title ? -1 : 1)
  );
}

/** The severer of two. */
export function severer(a: Severity, b: Severity): Severity {
  return RANK[a] <= RANK[b] ? a : b;
}
