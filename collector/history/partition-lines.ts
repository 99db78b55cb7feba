/** Partitions of one isolate, probe and classifier over time: a line for their totals, and one for each kind. */
import type { HistoryQuery, KindLines, PartitionHistory } from '../../protocol/history.ts';
import type { Row, Tally } from '../../protocol/partition.ts';
import { DEFAULT_KINDS } from './history.ts';
import { type Lines, lineOf, measureOf, type Points } from './lines.ts';

/** The line of the totals, beside those of kinds: dictionaries begin at 1. */
export const TOTAL = 0;
export type TallyLines<Kind> = Lines<Kind | typeof TOTAL>;

/** Whose history it is. */
export type PartitionLine = Pick<PartitionHistory, 'isolate' | 'probe' | 'by' | 'header'>;

interface NamedPoints {
  readonly name: { readonly kind: string; readonly estimated?: true };
  readonly points: Points;
}

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
 * @param query which kinds, and how they are reported
 * @param nameOf what a kind is called
 * @param estimated of the newest sample: the kinds whose sizes are estimates
 */
export function partitionHistory<Kind>(
  lines: TallyLines<Kind>,
  { isolate, probe, by, header }: PartitionLine,
  query: Pick<HistoryQuery, 'limit' | 'skip' | 'lines'>,
  nameOf: (kind: Kind) => string,
  estimated: ReadonlySet<string>,
): PartitionHistory {
  const { limit = DEFAULT_KINDS, skip = 0 } = query;
  const kinds = lines.ids
    .filter((id): id is Kind => id !== TOTAL)
    .map((id) => ({ id, kind: nameOf(id), size: lines.last(id, 1) }))
    .sort((a, b) => b.size - a.size || (a.kind < b.kind ? -1 : 1));
  const page = kinds.slice(skip, skip + limit).map(({ id, kind }) => ({
    name: { kind, ...(estimated.has(kind) && { estimated: true as const }) },
    points: lines.points(id),
  }));
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
    kinds: query.lines ? [] : page.map(({ name, points }) => ({ ...name, ...tellOf(points) })),
    ...(query.lines && { lines: kindLines(lines, page) }),
    omitted: Math.max(0, kinds.length - skip - limit) + lines.unfollowed,
  };
}

/** Kinds over the steps of the totals: every sample is one of those. */
function kindLines<Kind>(lines: TallyLines<Kind>, kinds: readonly NamedPoints[]): KindLines {
  const axis = lines.points(TOTAL);
  return {
    at: lines.head(axis).at,
    kinds: kinds.map(({ name, points }) => ({
      ...name,
      count: lineOf(points, 0, axis.numbers),
      sizeBytes: lineOf(points, 1, axis.numbers),
    })),
  };
}
