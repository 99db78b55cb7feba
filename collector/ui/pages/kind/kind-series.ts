/** The readings of one kind by one probe and one classifier: what is stored of it, and what has come since. */
import { maxOf, minOf } from '../../../../protocol/extremes.ts';
import type { HistoryResult, PartitionHistory } from '../../../../protocol/history.ts';
import { limits } from '../../../../protocol/limits.ts';
import type { Partition } from '../../../../protocol/partition.ts';
import { theilSen } from '../../../alert/statistics/theil-sen.ts';
import type { Source } from '../../live/source.ts';

export type KindMeasure = 'count' | 'size';

export interface KindSeries {
  /** Seconds since 1970, rising. */
  readonly timesS: number[];
  readonly values: number[];
  /** Of what is put together in each step; later ones are readings. */
  readonly min: number;
  readonly max: number;
  readonly estimated: boolean;
}

export interface KindFigures {
  readonly min: number;
  readonly now: number;
  readonly max: number;
  /** From the first reading to the last. */
  readonly delta: number;
  /** Absent where there are too few readings to tell. */
  readonly slope?: { readonly perHour: number; readonly lower: number; readonly upper: number };
}

/** Fewer readings tell no slope. */
const MIN_READINGS = 8;
const CONFIDENCE = 0.95;

/** A glob that the kind matches; it may match others as well where its name has wild cards or is too long. */
export function globOf(kind: string): string {
  return kind.length <= limits.maxGlobLength ? kind : `${kind.slice(0, limits.maxGlobLength - 1)}*`;
}

/** The histories that hold the kind. */
export function sourcesOfKind({ partitions }: Pick<HistoryResult, 'partitions'>, kind: string): PartitionHistory[] {
  return partitions.filter(({ kinds }) => kinds.some((each) => each.kind === kind));
}

/** @param live partitions that came since the page was opened, oldest first */
export function kindSeries(
  history: PartitionHistory | undefined,
  live: readonly Partition[],
  source: Source,
  kind: string,
  measure: KindMeasure,
): KindSeries {
  const stored = history?.kinds.find((each) => each.kind === kind);
  const field = measure === 'count' ? 'count' : 'sizeBytes';
  const timesS = (stored?.at ?? []).map((at) => Date.parse(at) / 1_000);
  const values = [...(stored?.[field].last ?? [])];
  let min = minOf(stored?.[field].min ?? []);
  let max = maxOf(stored?.[field].max ?? []);
  let estimated = stored?.estimated === true && measure === 'size';
  for (const { probe, by, takenAt, rows } of live) {
    if (probe !== source.probe || by !== source.by) continue;
    const timeS = Date.parse(takenAt) / 1_000;
    const row = rows.find((each) => each.kind === kind);
    // rows that a partition leaves out are not known, and what is stored is put together in steps that begin before
    if (!row || timeS <= (timesS.at(-1) ?? Number.NEGATIVE_INFINITY)) continue;
    timesS.push(timeS);
    values.push(row[field]);
    min = Math.min(min, row[field]);
    max = Math.max(max, row[field]);
    estimated ||= row.estimated === true && !(measure === 'count' && row.exactCount === true);
  }
  return { timesS, values, min, max, estimated };
}

/** Undefined without a reading. */
export function kindFigures({ timesS, values, min, max }: KindSeries): KindFigures | undefined {
  const [first] = values;
  const now = values.at(-1);
  if (first === undefined || now === undefined) return undefined;
  const figures = { min, now, max, delta: now - first };
  if (values.length < MIN_READINGS) return figures;
  const hours = timesS.map((timeS) => timeS / 3_600);
  const { slope, lower, upper } = theilSen(hours, values, CONFIDENCE);
  return Number.isFinite(slope) ? { ...figures, slope: { perHour: slope, lower, upper } } : figures;
}
