/** What one partition has over another, kind by kind: `a` - `b`. Kinds are matched by their text. */
import type { Partition, Row } from './partition.ts';

/** Figures that may be below zero. */
export interface DifferenceRow {
  readonly kind: string;
  readonly count: number;
  readonly sizeBytes: number;
  /** True where a figure of either side is an estimate. */
  readonly estimated: boolean;
  /** True where the count is exact all the same (census). */
  readonly exactCount?: boolean;
}

export interface Difference {
  /** Head of the kind column. */
  readonly header: string;
  readonly a: { readonly count: number; readonly sizeBytes: number };
  readonly b: { readonly count: number; readonly sizeBytes: number };
  /** Kinds that differ: largest absolute difference of size first, equal ones as they stand in `a` and then in `b`. */
  readonly rows: readonly DifferenceRow[];
}

export type Comparable = Pick<Partition, 'header' | 'count' | 'sizeBytes' | 'rows' | 'other'>;

/** @throws RangeError if the two are by different classifiers, or one of them leaves out rows (`other`). */
export function difference(a: Comparable, b: Comparable): Difference {
  if (a.header !== b.header)
    throw new RangeError(`Cannot compare partitions: one is by ${a.header}, one by ${b.header}`);
  for (const { other } of [a, b]) {
    if (other)
      throw new RangeError(`Cannot compare partitions: expected all rows of each, got one without ${other.rows}`);
  }
  return {
    header: a.header,
    a: { count: a.count, sizeBytes: a.sizeBytes },
    b: { count: b.count, sizeBytes: b.sizeBytes },
    rows: rowsOf(a.rows, b.rows),
  };
}

function rowsOf(a: readonly Row[], b: readonly Row[]): DifferenceRow[] {
  const left = new Map(b.map((row) => [row.kind, row]));
  const rows = a.map((row) => {
    const other = left.get(row.kind);
    left.delete(row.kind);
    return less(row, other ?? { kind: row.kind, count: 0, sizeBytes: 0 });
  });
  for (const row of left.values()) rows.push(less({ kind: row.kind, count: 0, sizeBytes: 0 }, row));
  return rows
    .filter((row) => row.count !== 0 || row.sizeBytes !== 0)
    .sort((x, y) => Math.abs(y.sizeBytes) - Math.abs(x.sizeBytes));
}

function less(a: Row, b: Row): DifferenceRow {
  const guessed = [a, b].filter((row) => row.estimated);
  const estimated = guessed.length > 0;
  const exactCount = estimated && guessed.every((row) => row.exactCount);
  return {
    kind: a.kind,
    count: a.count - b.count,
    sizeBytes: a.sizeBytes - b.sizeBytes,
    estimated,
    ...(exactCount && { exactCount }),
  };
}
