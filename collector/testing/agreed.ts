/**
 * A heap that is read while its process runs on, as two readings in a row have it. The test waits meanwhile, so nothing of it
 * changes; V8's own threads may still sweep or move what the copy is of, and then a reading has too much or too little.
 */
import type { Partition } from '../../protocol/partition.ts';

type Counted = Pick<Partition, 'rows' | 'count'>;

/** Readings until two agree; the last is taken then, agreed or not. */
const MOST = 6;
/** Of all objects: what may differ between two that agree. */
const DIFFERENCE_RATIO = 1e-3;

export async function agreed<P extends Counted>(read: () => Promise<P>): Promise<P> {
  let before = await read();
  for (let time = 2; ; time++) {
    const next = await read();
    if (time === MOST || agree(before, next)) return next;
    before = next;
  }
}

function agree(one: Counted, other: Counted): boolean {
  const counts = new Map(one.rows.map(({ kind, count }) => [kind, count]));
  let different = 0;
  for (const { kind, count } of other.rows) {
    different += Math.abs(count - (counts.get(kind) ?? 0));
    counts.delete(kind);
  }
  for (const count of counts.values()) different += count;
  return different <= other.count * DIFFERENCE_RATIO;
}
