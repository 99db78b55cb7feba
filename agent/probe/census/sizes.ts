/**
 * What objects of a kind weigh, estimated: a census counts and does not weigh. Self sizes without stores, as in a partition
 * by kind.
 *
 *     mean of the last snapshot, else what V8 lays out ──> scaled so that kinds sum up to what `types` weighed
 */
import type { Partition, Row, Tally } from '../../../protocol/partition.ts';
import { bySizeThenKind, sumOf } from '../../partition/partition.ts';
import { kindOfType } from '../gc-stats/type-kinds.ts';

/** Bytes of an object by its kind where no snapshot has shown them: measured means of servers, Node 18 to 26. */
const USUAL_BYTES: Readonly<Record<string, number>> = {
  function: 60,
  Array: 32,
  Map: 32,
  Set: 32,
  Date: 96,
  RegExp: 56,
  Promise: 48,
  ArrayBuffer: 96,
  Uint8Array: 104,
};

/** Of any other kind: hidden class, properties, elements and four fields. */
const OBJECT_BYTES = 56;

/** The kind in which `types` weighs the objects of all classes that V8 has no type for. */
const OBJECTS = 'object';

/** How far a weighed total may bend what is estimated: beyond that it was of other objects. */
const MAX_FACTOR = 4;

export interface Weights {
  /** Mean self size in bytes by kind. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** A partition of the same isolate by `types`. */
  readonly totals?: Partition;
}

/** The counts as rows, in order. */
export function weighed(counts: ReadonlyMap<string, number>, { sizes, totals }: Weights): Row[] {
  const exact = totals ? totalsByKind(totals) : new Map<string, Tally>();
  const rows = Array.from(counts, ([kind, count]): Row => {
    const total = kind === OBJECTS ? undefined : exact.get(kind);
    const mean = total && total.count > 0 ? total.sizeBytes / total.count : undefined;
    const bytes = mean ?? sizes?.get(kind) ?? USUAL_BYTES[kind] ?? OBJECT_BYTES;
    return { kind, count, sizeBytes: count * bytes, estimated: true, exactCount: true };
  });
  const factor = factorOf(
    rows.filter(({ kind }) => !exact.has(kind)),
    exact.get(OBJECTS),
  );
  return rows
    .map((row) => ({ ...row, sizeBytes: Math.round(row.sizeBytes * (exact.has(row.kind) ? 1 : factor)) }))
    .sort(bySizeThenKind);
}

/** What the rows of plain objects must be multiplied by to weigh what as many objects weigh on average. */
function factorOf(rows: readonly Row[], objects: Tally | undefined): number {
  const { count, sizeBytes } = sumOf(rows);
  if (!objects || objects.count === 0 || sizeBytes === 0) return 1;
  const factor = (objects.sizeBytes / objects.count) * (count / sizeBytes);
  return Math.min(MAX_FACTOR, Math.max(1 / MAX_FACTOR, factor));
}

function totalsByKind({ by, rows }: Partition): Map<string, Tally> {
  const totals = new Map<string, Tally>();
  for (const row of rows) {
    const kind = by === 'kind' ? row.kind : kindOfType(row.kind);
    const { count, sizeBytes } = totals.get(kind) ?? { count: 0, sizeBytes: 0 };
    totals.set(kind, { count: count + row.count, sizeBytes: sizeBytes + row.sizeBytes });
  }
  return totals;
}
