/**
 * One of the two that are compared, as the URL holds it: where it is of, and which partition it is.
 *
 *     a=ID                                                a link from elsewhere: the partition says where it is of
 *     aTarget=api&aIsolate=main&aSource=census:kind       its newest, or oldest within an hour
 *     a=ID&aTarget=…                                      that one, among the others of its sort
 */
import type { PartitionHead } from '../../../../protocol/partitions.ts';
import { type Source, writeSource } from '../../live/source.ts';

export type SideName = 'a' | 'b';

/** Partitions that follow each other. */
export interface PartitionSeries extends Source {
  readonly target: string;
  readonly isolate: string;
}

type Query = Readonly<Record<string, string | undefined>>;

/** What of a series was chosen; the rest is to be found. */
export interface Chosen {
  readonly id: string | undefined;
  readonly target: string | undefined;
  readonly isolate: string | undefined;
  readonly source: string | undefined;
}

export function readSide(query: Query, side: SideName): Chosen {
  return {
    id: query[side],
    target: query[`${side}Target`],
    isolate: query[`${side}Isolate`],
    source: query[`${side}Source`],
  };
}

/** Choices for the URL; each that is not given is unmade. */
export function writeSide(side: SideName, { id, target, isolate, source }: Partial<Chosen>): Query {
  return { [side]: id, [`${side}Target`]: target, [`${side}Isolate`]: isolate, [`${side}Source`]: source };
}

export function seriesChoice({ target, isolate, ...source }: PartitionSeries): Omit<Chosen, 'id'> {
  return { target, isolate, source: writeSource(source) };
}

export function isSameSeries(a: PartitionSeries, b: PartitionSeries): boolean {
  return a.target === b.target && a.isolate === b.isolate && a.probe === b.probe && a.by === b.by;
}

/** A partition that can be chosen. */
export type Moment = Pick<PartitionHead, 'id' | 'takenAt' | 'count' | 'sizeBytes'>;

/** Oldest first, each once. @param lists of what was asked for, came since, or was chosen */
export function momentsOf(...lists: readonly (readonly Moment[])[]): Moment[] {
  const byId = new Map(lists.flat().map((moment) => [moment.id, moment]));
  return [...byId.values()].sort((x, y) => Date.parse(x.takenAt) - Date.parse(y.takenAt));
}

const HOUR_MS = 3_600_000;

/** The newest, which the other side is compared with. */
export function newestOf(moments: readonly Moment[]): Moment | undefined {
  return moments.at(-1);
}

/** The oldest within the hour before `end`, if there is an older one at all. @param moments oldest first */
export function hourBefore(moments: readonly Moment[], end: Moment): Moment | undefined {
  const endMs = Date.parse(end.takenAt);
  const older = moments.filter(({ takenAt }) => Date.parse(takenAt) < endMs);
  return older.find(({ takenAt }) => Date.parse(takenAt) >= endMs - HOUR_MS) ?? older.at(-1);
}
