/**
 * The shape of heapy's table as it crosses the wire, is printed by `--json` and will be stored: one object a partition.
 *
 *     probe -> Partition { header, rows [{ kind, count, sizeBytes }], other } -> stream, table, store
 */
import * as z from 'zod';
import { MemoryCeiling, TimeToLimit } from './ceiling.ts';
import { incarnationFields } from './incarnation-fields.ts';

const count = z.number().int().nonnegative();
const bytes = z.number().int().nonnegative();
const ms = z.number().nonnegative();

/** The ways to read an isolate, cheapest first. */
export const Probe = z.enum(['usage', 'walk', 'sampling', 'types', 'census', 'snapshot']);
export type Probe = z.infer<typeof Probe>;

/** A number of objects and the sum of their self sizes. */
export const Tally = z.strictObject({ count, sizeBytes: bytes });
export type Tally = z.infer<typeof Tally>;

/** One kind of a partition: how many objects are of it and the sum of their self sizes. */
export const Row = z.strictObject({
  kind: z.string(),
  count,
  sizeBytes: bytes,
  /** True where the figures are estimates (sampling); tables then write `~` before them. */
  estimated: z.boolean().optional(),
  /** True where the count is exact although the size is an estimate (census). */
  exactCount: z.boolean().optional(),
  /**
   * In a relative partition: what of this kind has been freed since the checkpoint, and what of it survives. From `sampling`: what
   * was allocated here since the first reading, steadily, and has lived through the last ones.
   */
  freed: Tally.optional(),
  survived: Tally.optional(),
  /** From `sampling`: who owns the file of the site, where the collector was told to find out. */
  owner: z.string().optional(),
  /** From `types`: what of this kind the collection found dead, and freed. */
  dead: Tally.optional(),
});
export type Row = z.infer<typeof Row>;

/** What a probe costs its target: how long it stands still and how far its RSS rises. */
export const Price = z.strictObject({ pauseMs: ms, extraBytes: bytes });
export type Price = z.infer<typeof Price>;

/** What a probe did cost, beside its forecast; what is not known is absent. Bytes may be negative: RSS can fall. */
export const Cost = z.strictObject({
  forecast: Price.optional(),
  /** Longest time that a ping beside the probe waited for its answer; of a census, of each context it has counted, summed. */
  pauseMs: ms.optional(),
  /** Of it, CPU time of the target's main thread, in steps of 10 ms: what the pause would be on an idle machine. */
  cpuMs: ms.optional(),
  /** The highest RSS that was seen (of a target elsewhere: RSS afterwards) less RSS before. */
  extraBytes: z.number().int().optional(),
  /** RSS afterwards less RSS before: what the process still holds of it. */
  keptBytes: z.number().int().optional(),
  /** Bytes of the probe's answer as they crossed the socket. */
  transferBytes: bytes.optional(),
  /** How long object ids had been held: minor collections of the target are several times slower for that long. */
  heldMs: ms.optional(),
});
export type Cost = z.infer<typeof Cost>;

/** What a relative partition is relative to: its rows are the objects born since then. */
export const Since = z.strictObject({
  /** The checkpoint's label. */
  checkpoint: z.string(),
  takenAt: z.iso.datetime(),
  /** What of the heap of then has been freed, and what of it survives, of kinds without a row too. */
  freed: Tally,
  survived: Tally,
  /** What of the heap of now cannot be compared, since its ids do not last: with what was born and survived it is the whole. */
  leftOut: Tally.optional(),
});
export type Since = z.infer<typeof Since>;

/**
 * A set of objects split into kinds. `rows` stand size descending, then kind ascending (by code unit);
 * `rows` and `other` together sum to `count` and `sizeBytes`.
 */
export const Partition = z.strictObject({
  target: z.string(),
  isolate: z.string(),
  probe: Probe,
  by: z.string(),
  /** ISO 8601, UTC: the start of the pause; for a file, its modification time. */
  takenAt: z.iso.datetime(),
  /** The span in which this isolate's object ids mean the same objects; absent where no ids are held. */
  epoch: z.string().optional(),
  id: z.string(),
  /** Absent for files. */
  ...incarnationFields,
  /** Head of the kind column, `Kind (class / store of class)`. */
  header: z.string(),
  label: z.string().optional(),
  heapUsedBytes: bytes.optional(),
  count,
  sizeBytes: bytes,
  rows: z.array(Row),
  /** What was left out of `rows`: how many rows, and their sums. */
  other: z
    .strictObject({
      rows: count,
      count,
      sizeBytes: bytes,
      freed: Tally.optional(),
      survived: Tally.optional(),
      dead: Tally.optional(),
    })
    .optional(),
  /** From `types`: all that the collection found dead, of kinds without a row too. */
  dead: Tally.optional(),
  /** Present where the set is not the whole heap but what was born since a checkpoint. */
  since: Since.optional(),
  cost: Cost.optional(),
});
export type Partition = z.infer<typeof Partition>;

/** One reading of an isolate's gauges. `rssBytes` is the whole process's; the rest is the isolate's. */
export const Usage = z.strictObject({
  target: z.string(),
  isolate: z.string(),
  ...incarnationFields,
  takenAt: z.iso.datetime(),
  heapUsedBytes: bytes,
  heapTotalBytes: bytes,
  heapLimitBytes: bytes,
  externalBytes: bytes,
  arrayBuffersBytes: bytes,
  rssBytes: bytes,
  spaces: z.array(z.strictObject({ name: z.string(), usedBytes: bytes, sizeBytes: bytes })),
  /** Of the main isolate's reading: the nearest limit of the process's memory. Absent where it is not known. */
  ceiling: MemoryCeiling.optional(),
  /** When the nearest limit, this one or V8's, is reached. Absent where nothing is seen to grow. */
  timeToLimit: TimeToLimit.optional(),
});
export type Usage = z.infer<typeof Usage>;
