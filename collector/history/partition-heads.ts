/** Partitions without their rows, as they are listed. */
import type { PartitionEvent } from '../../protocol/events.ts';
import type { PartitionHead, PartitionsResult } from '../../protocol/partitions.ts';

export const DEFAULT_HEADS = 200;

export function headOf(event: PartitionEvent): PartitionHead {
  const { type: _, rows: __, other: ___, offset: ____, replay: _____, durable: ______, ...head } = event;
  return head;
}

/** The newest first, those of one pause by their sort. @param partitions in the order in which they came */
export function newestHeads(partitions: readonly PartitionEvent[], limit = DEFAULT_HEADS): PartitionsResult {
  const newest = [...partitions]
    .reverse()
    .sort((a, b) => compare(b.takenAt, a.takenAt) || compare(a.probe, b.probe) || compare(a.by, b.by));
  const heads = newest.slice(0, limit).map(headOf);
  return { partitions: heads, omitted: partitions.length - heads.length };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
