/** Partitions that leave out rows, made comparable: what one of them does not tell apart, the other does not either. */
import type { Comparable } from './difference.ts';
import type { Row, Tally } from './partition.ts';

/** The kind of everything that one of two partitions does not distinguish. */
export const OTHER_KINDS = '(other kinds)';

/**
 * The same two without an `other`. Where one has it, kinds that the other one alone names may be in it: they stand in one row
 * OTHER_KINDS in both, as does what was left out. Counts and sizes of either set stay what they are.
 */
export function aligned(a: Comparable, b: Comparable): [Comparable, Comparable] {
  if (!a.other && !b.other) return [a, b];
  const [inA, inB] = [a, b].map(({ rows }) => new Set(rows.map(({ kind }) => kind))) as [Set<string>, Set<string>];
  const isTold = (kind: string) => (!a.other || inA.has(kind)) && (!b.other || inB.has(kind));
  return [lumped(a, isTold), lumped(b, isTold)];
}

function lumped({ other, rows, ...whole }: Comparable, isTold: (kind: string) => boolean): Comparable {
  const rest: Tally = other ? { count: other.count, sizeBytes: other.sizeBytes } : { count: 0, sizeBytes: 0 };
  let estimated = false;
  const told: Row[] = [];
  for (const row of rows) {
    if (isTold(row.kind)) {
      told.push(row);
      continue;
    }
    rest.count += row.count;
    rest.sizeBytes += row.sizeBytes;
    estimated ||= row.estimated === true;
  }
  return { ...whole, rows: [...told, { kind: OTHER_KINDS, ...rest, ...(estimated && { estimated }) }] };
}
