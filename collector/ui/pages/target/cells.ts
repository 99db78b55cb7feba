/** Kinds of a partition as the squares of a map. */
import type { Tally } from '../../../../protocol/partition.ts';
import type { Cell } from '../../parts/square-map/square-map.tsx';
import { count, share, size } from '../../parts/words.ts';
import type { Measure } from './wall/kind-line.ts';

/** Rows as squares, with what they are in words. @param whole of which they are a part */
export function cellsOf(rows: readonly (Tally & { readonly kind: string })[], whole: Tally, measure: Measure): Cell[] {
  return rows.map((row) => ({
    name: row.kind,
    value: row[measure],
    title: `${row.kind}: ${count(row.count)} objects, ${size(row.sizeBytes)}, ${share(row[measure], whole[measure])}`,
  }));
}
