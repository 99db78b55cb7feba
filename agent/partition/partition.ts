/** Heapy's partition: a classification of a heap as rows, and the rows that a table or a stream leaves out. */
import type { Partition, Row, Tally } from '../../protocol/partition.ts';
import { type Classification, NOT_IN_SET } from '../classify/naming/classifier.ts';
import { type Columns, selfSizeOf } from '../parse/columns.ts';

/** What a heap alone says of a partition; a probe adds whose heap, when, and at what cost. */
export type Rows = Pick<Partition, 'header' | 'by' | 'count' | 'sizeBytes' | 'rows'>;

/** All rows of a classification, in heapy's order: size descending, then kind ascending by code unit. */
export function partition(
  columns: Columns,
  classification: Classification,
  { header, by }: { readonly header: string; readonly by: string },
): Rows {
  const { kindOf, kinds } = classification;
  const counts = new Float64Array(kinds.length);
  const sizes = new Float64Array(kinds.length);
  for (let node = 0; node < columns.nodeCount; node++) {
    const kind = kindOf[node];
    if (kind === NOT_IN_SET) continue;
    counts[kind]++;
    sizes[kind] += selfSizeOf(columns, node);
  }
  const rows = kinds
    .map((kind, at): Row => ({ kind, count: counts[at], sizeBytes: sizes[at] }))
    .filter((row) => row.count > 0)
    .sort(bySizeThenKind);
  return { header, by, ...sumOf(rows), rows };
}

/**
 * The same partition with its first `rows` rows, the rest summed in `other`. What an earlier limit left out stays in
 * `other`; `count` and `sizeBytes` remain those of the whole set.
 */
export function limitRows<P extends Pick<Partition, 'rows' | 'other'>>(partition: P, rows: number): P {
  const left = partition.rows.slice(rows);
  if (left.length === 0) return partition;
  const sum = sumOf(left);
  const before = partition.other ?? { rows: 0, count: 0, sizeBytes: 0 };
  return {
    ...partition,
    rows: partition.rows.slice(0, rows),
    other: {
      rows: before.rows + left.length,
      count: before.count + sum.count,
      sizeBytes: before.sizeBytes + sum.sizeBytes,
      ...tallied('freed', left, before.freed),
      ...tallied('survived', left, before.survived),
      ...tallied('dead', left, before.dead),
    },
  };
}

/** The sum of what rows have beside their own figures; nothing where they have none. */
function tallied(
  field: 'freed' | 'survived' | 'dead',
  rows: readonly Row[],
  before: Tally | undefined,
): { [F in typeof field]?: Tally } {
  const tallies = rows.flatMap((row) => row[field] ?? []);
  if (tallies.length === 0 && before === undefined) return {};
  return { [field]: sumOf(before ? [before, ...tallies] : tallies) };
}

/** The order of rows. */
export function bySizeThenKind(a: Row, b: Row): number {
  if (a.sizeBytes !== b.sizeBytes) return b.sizeBytes - a.sizeBytes;
  return a.kind < b.kind ? -1 : Number(a.kind > b.kind);
}

/** How many there are in all, and how large. */
export function sumOf(rows: readonly Tally[]): Tally {
  let count = 0;
  let sizeBytes = 0;
  for (const row of rows) {
    count += row.count;
    sizeBytes += row.sizeBytes;
  }
  return { count, sizeBytes };
}
