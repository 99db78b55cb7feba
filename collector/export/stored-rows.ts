/** Rows of a collector's store: a gauge or a kind of each step that has samples; of what is not thinned out, of each sample. */
import type { HistoryQuery, Measure } from '../../protocol/history.ts';
import { limits } from '../../protocol/limits.ts';
import type { StoredHistory, StoredSeries } from '../store/stored-history.ts';
import type { ExportRow } from './row.ts';
import type { Wanted } from './wanted.ts';

/** Kinds that are read at a time: of all their steps. */
const KINDS_PER_PAGE = 100;

/** @throws SqliteError */
export function* storedRows(stored: StoredHistory, wanted: Wanted): Iterable<ExportRow> {
  for (const { series, fromMs, toMs } of stored.spans()) {
    if (wanted.target !== undefined && series.target !== wanted.target) continue;
    if (wanted.by !== undefined && series.by !== wanted.by) continue;
    const from = Math.max(fromMs, wanted.fromMs ?? fromMs);
    const to = Math.min(toMs, wanted.toMs ?? toMs);
    if (from > to) continue;
    const span = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), steps: limits.maxHistorySteps };
    const { target, isolate } = series;
    const query = { target, isolate, ...span, ...(wanted.kind !== undefined && { kind: wanted.kind }) };
    yield* series.topic === 'usage' ? gauges(stored, series, query) : kinds(stored, series, query);
  }
}

function* gauges(stored: StoredHistory, { target, isolate }: StoredSeries, query: HistoryQuery): Iterable<ExportRow> {
  const [usage] = stored.query({ ...query, topic: 'usage' }).usage;
  for (const { gauge, at, samples, value } of usage?.gauges ?? []) {
    const row = { target, isolate, what: 'gauge', probe: null, by: null, name: gauge } as const;
    for (let i = 0; i < at.length; i++) yield { ...row, ...step(at, samples, value, i), count: null };
  }
}

function* kinds(stored: StoredHistory, series: StoredSeries, query: HistoryQuery): Iterable<ExportRow> {
  const { target, isolate, probe, by } = series;
  for (let skip = 0; ; skip += KINDS_PER_PAGE) {
    const page = { probe: probe!, by: by!, skip, limit: KINDS_PER_PAGE };
    const [partition] = stored.query({ ...query, ...page }).partitions;
    for (const { kind, at, samples, count, sizeBytes } of partition?.kinds ?? []) {
      const row = { target, isolate, what: 'kind', probe, by, name: kind } as const;
      for (let i = 0; i < at.length; i++) yield { ...row, ...step(at, samples, sizeBytes, i), count: count.last[i]! };
    }
    if ((partition?.omitted ?? 0) === 0 || partition?.kinds.length === 0) return;
  }
}

function step(at: readonly string[], samples: readonly number[], { last, min, max }: Measure, i: number) {
  return { atMs: Date.parse(at[i]!), samples: samples[i]!, bytes: last[i]!, bytesMin: min[i]!, bytesMax: max[i]! };
}
