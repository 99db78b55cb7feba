/**
 * Histories of thousands of kinds, page by page: all of the last one is kept for a while, and its pages are cut from it. Each
 * page for itself would read every sample anew.
 *
 *     first page: from and to as they are found ─> all lines ─┬─> its kinds
 *     next pages: the same from, to and step ─────────────────┴─> theirs
 */
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { DEFAULT_KINDS } from '../history/history.ts';

/** How long somebody may take from one page to the next. */
const KEPT_MS = 30_000;

export class LinePages {
  #key: string | undefined;
  #whole: HistoryResult | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param read answers a query for whatever many kinds */
  page(query: HistoryQuery, read: (query: HistoryQuery) => HistoryResult): HistoryResult {
    const { skip = 0, limit = DEFAULT_KINDS, ...all } = query;
    const known = this.#key === keyOf(all) ? this.#whole : undefined;
    const whole = known ?? read({ ...all, limit: Number.POSITIVE_INFINITY });
    this.#keep(all, whole);
    return { ...whole, partitions: whole.partitions.map((history) => cut(history, skip, limit)) };
  }

  #keep({ steps: _, ...all }: HistoryQuery, whole: HistoryResult): void {
    const { from, to, stepMs } = whole;
    this.#key = from && to ? keyOf({ ...all, from, to, stepMs }) : undefined;
    this.#whole = whole;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#key = this.#whole = undefined;
    }, KEPT_MS);
    this.#timer.unref();
  }
}

type PartitionHistory = HistoryResult['partitions'][number];

function cut(history: PartitionHistory, skip: number, limit: number): PartitionHistory {
  const { lines, omitted } = history;
  if (!lines) return history;
  const kinds = lines.kinds.slice(skip, skip + limit);
  return { ...history, lines: { ...lines, kinds }, omitted: omitted + Math.max(0, lines.kinds.length - skip - limit) };
}

/** What is the same of all pages; one that does not say from when to when is asked for anew. */
function keyOf({ target, isolate, probe, by, kind, from, to, stepMs, steps }: HistoryQuery): string {
  return JSON.stringify([target, isolate, probe, by, kind, from, to, stepMs, steps]);
}
