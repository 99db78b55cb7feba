/** A limit that ends or brakes a process, and how long it is until it is reached. */
import * as z from 'zod';

const bytes = z.number().int().nonnegative();
const ms = z.number().nonnegative();

/** One limit that a process is under. */
export const MemoryCeiling = z.strictObject({
  /** Where the figure is from: `memory.max of cgroup /app`, `V8's limit of its heap (main)`. */
  source: z.string(),
  leftBytes: bytes,
  /** Absent where only what is left is reported. */
  limitBytes: bytes.optional(),
});
export type MemoryCeiling = z.infer<typeof MemoryCeiling>;

/** A kind whose objects grow beside the whole. */
export const GrowthShare = z.strictObject({
  kind: z.string(),
  /** Bytes: the slope of the sizes of its own objects, and the ends of its interval of 90 %. */
  perHour: z.number(),
  lowerPerHour: z.number(),
  upperPerHour: z.number(),
  /** Of the slope of the whole, 1 for all of it; what it holds outside the heap is of other kinds, or of none. */
  shareRatio: z.number(),
});
export type GrowthShare = z.infer<typeof GrowthShare>;

/** When a limit is reached if what has grown goes on growing at its pace. */
export const TimeToLimit = z.strictObject({
  source: z.string(),
  /** The slope of the floors, and the ends of its interval of 90 %. */
  perHour: z.number(),
  lowerPerHour: z.number(),
  upperPerHour: z.number(),
  ms,
  earliestMs: ms,
  /** Absent where it may be never. */
  latestMs: ms.optional(),
  /** The kinds that grow, the largest share first, where objects are counted by kind. */
  kinds: z.array(GrowthShare).optional(),
});
export type TimeToLimit = z.infer<typeof TimeToLimit>;
