/** Which partitions a collector stores of a target: the moments that can be looked at, and compared. */
import * as z from 'zod';
import { limits } from './limits.ts';
import { Partition, Probe } from './partition.ts';
import { text } from './text.ts';

const name = text(limits.maxNameLength);
const instant = z.iso.datetime();

/** A partition without its rows. */
export const PartitionHead = Partition.omit({ rows: true, other: true });
export type PartitionHead = z.infer<typeof PartitionHead>;

export const PartitionsQuery = z.strictObject({
  target: name,
  /** Absent: `main`. */
  isolate: name.optional(),
  /** Only those of this probe, and by this classifier; absent: of all. */
  probe: Probe.optional(),
  by: name.optional(),
  /** Absent: as far back as any are stored, and until the newest. */
  from: instant.optional(),
  to: instant.optional(),
  /** How many, the newest of them; absent: 200. */
  limit: z.number().int().min(1).max(limits.maxPartitionHeads).optional(),
});
export type PartitionsQuery = z.infer<typeof PartitionsQuery>;

export const PartitionsResult = z.strictObject({
  /** Newest first. Those relative to a checkpoint are left out. */
  partitions: z.array(PartitionHead),
  /** How many older ones there are in the span. */
  omitted: z.number().int().nonnegative(),
});
export type PartitionsResult = z.infer<typeof PartitionsResult>;
