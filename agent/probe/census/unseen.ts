/**
 * What a census does not see: the rest of what `types` has counted, as far as that still tells of the heap. V8 collects all
 * garbage for a census, so that the heap's own gauge tells what lives then.
 *
 *     the heap since `types`   the same, but for what two collections may differ by    the rest
 *                              up to a quarter larger or smaller                       the rest of the totals times that
 *                              more than that                                          nothing: it would be a guess
 */

import { wholePercent } from '../../../protocol/numerals.ts';
import type { Partition, Row, Tally } from '../../../protocol/partition.ts';

/** The row of what is on no prototype chain that ends in a realm's `Object.prototype`. */
export const NOT_SEEN = '(not seen by census)';

/** What two collections may leave of the same heap: measured 0.4 MB and 7 % of small ones, under 1 % from 16 MB on. */
const SAME_BYTES = 2 ** 20;
const SAME_RATIO = 0.05;
/** How far the heap may have changed for its totals to be scaled. */
const MAX_CHANGE_RATIO = 0.25;
/** Totals that are older say so. */
const YOUNG_MS = 60_000;

/** A census, as far as totals are held against it. */
export interface Seen extends Tally {
  /** ISO 8601. */
  readonly takenAt: string;
  /** What lived in the isolate when its objects were listed. */
  readonly liveBytes: number;
}

export interface Unseen {
  /** Absent where nothing is left of the totals, or they tell nothing of this heap any more. */
  readonly row?: Row;
  /** What has to be said of the row, or of its lack: a sentence without its end. */
  readonly remark?: string;
}

/** @param totals by `types`, of the same isolate */
export function unseen(seen: Seen, totals: Partition): Unseen {
  const ratio = changeOf(totals, seen.liveBytes);
  const grown = `the heap has ${ratio > 1 ? 'grown' : 'shrunk'} by ${wholePercent(Math.abs(ratio - 1), 1)} % since \`types\``;
  if (Math.abs(ratio - 1) > MAX_CHANGE_RATIO) return { remark: `without what is not seen: ${grown}` };
  const ageMs = Date.parse(seen.takenAt) - Date.parse(totals.takenAt);
  const remarks = [
    ...(ageMs > YOUNG_MS ? [`what is not seen by \`types\` of ${Math.round(ageMs / 60_000)} min before`] : []),
    ...(ratio === 1 ? [] : [`${grown}, its totals are scaled by that`]),
  ];
  const row = restOf(seen, totals, ratio);
  return { ...(row && { row }), ...(row && remarks.length > 0 && { remark: remarks.join('; ') }) };
}

function restOf(seen: Tally, totals: Tally, ratio: number): Row | undefined {
  const count = Math.round(totals.count * ratio) - seen.count;
  if (count <= 0) return undefined;
  const sizeBytes = Math.max(0, Math.round(totals.sizeBytes * ratio) - seen.sizeBytes);
  return { kind: NOT_SEEN, count, sizeBytes, estimated: true };
}

/** How large the heap is by how large it was; 1 where that may be the same, or is not known. */
function changeOf({ heapUsedBytes: beforeBytes }: Partition, liveBytes: number): number {
  if (!beforeBytes) return 1;
  const isSame = Math.abs(liveBytes - beforeBytes) <= Math.max(SAME_BYTES, SAME_RATIO * beforeBytes);
  return isSame ? 1 : liveBytes / beforeBytes;
}
