/** Partitions of one isolate, probe and classifier over time: a line for their totals, and one for each kind. */
import type { PartitionHistory } from '../../protocol/history.ts';
import type { Row, Tally } from '../../protocol/partition.ts';
import { type Lines, measureOf } from './lines.ts';

/** The line of the totals, beside those of kinds: dictionaries begin at 1. */
export const TOTAL = 0;
export type TallyLines<Kind> = Lines<Kind | typeof TOTAL>;

/** Whose history it is. */
export type PartitionLine = Pick<PartitionHistory, 'isolate' | 'probe' | 'by' | 'header'>;

/** @param isWhole no rows were left out of it. @param rows those whose kinds are asked for */
export function addPartition(
  lines: TallyLines<string>,
  atMs: number,
  { total, isWhole, rows }: { total: Tally; isWhole: boolean; rows: readonly Row[] },
): void {
  const place = lines.sample(atMs, isWhole);
  lines.add(place, TOTAL, [total.count, total.sizeBytes]);
  for (const { kind, count, sizeBytes } of rows) lines.add(place, kind, [count, sizeBytes]);
}

/**
 * @param limit how many kinds, the largest by their last size first
 * @param nameOf what a kind is called
 * @param estimated of the newest sample: the kinds whose sizes are estimates
 */
export function partitionHistory<Kind>(
  lines: TallyLines<Kind>,
  { isolate, probe, by, header }: PartitionLine,
  limit: number,
  nameOf: (kind: Kind) => string,
  estimated: ReadonlySet<string>,
): PartitionHistory {
  const kinds = lines.ids
    .filter((id): id is Kind => id !== TOTAL)
    .map((id) => ({ kind: nameOf(id), points: lines.points(id) }))
    .map((line) => ({ ...line, size: line.points.measures[1]?.at(-1)?.last ?? 0 }))
    .sort((a, b) => b.size - a.size || (a.kind < b.kind ? -1 : 1));
  const tellOf = (points: ReturnType<typeof lines.points>) => ({
    ...lines.head(points),
    count: measureOf(points, points.measures[0]),
    sizeBytes: measureOf(points, points.measures[1]),
  });
  return {
    isolate,
    probe,
    by,
    header,
    samples: lines.samples,
    total: tellOf(lines.points(TOTAL)),
    kinds: kinds.slice(0, limit).map(({ kind, points }) => ({
      kind,
      ...(estimated.has(kind) && { estimated: true as const }),
      ...tellOf(points),
    })),
    omitted: Math.max(0, kinds.length - limit) + lines.unfollowed,
  };
}
