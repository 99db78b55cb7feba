/** What was stored of a target over a span of time, a point for each step of it. */
import * as z from 'zod';
import { limits } from './limits.ts';
import { Probe } from './partition.ts';
import { text } from './text.ts';

const name = text(limits.maxNameLength);
const whole = z.number().int().nonnegative();
const instant = z.iso.datetime();

/** Which samples, and how they are put together. */
export const HistoryQuery = z.strictObject({
  target: name,
  /** Absent: `partition`. */
  topic: z.enum(['partition', 'usage']).optional(),
  /** Absent: `main`. */
  isolate: name.optional(),
  /** Of partitions: only those of this probe, and by this classifier; absent: all, each in a history of its own. */
  probe: Probe.optional(),
  by: name.optional(),
  /** A glob of kinds, or of gauges; absent: all. */
  kind: text(limits.maxGlobLength).optional(),
  /** Absent: as far back as samples are stored, and until the newest. */
  from: instant.optional(),
  to: instant.optional(),
  /** Milliseconds; absent: one that gives some 200 steps. */
  stepMs: z.number().int().positive().optional(),
  /** In place of `stepMs`: one that gives at most so many steps. */
  steps: z.number().int().min(1).max(limits.maxHistorySteps).optional(),
  /** How many kinds, the largest by their last size first; absent: 10. */
  limit: z.number().int().min(1).max(limits.maxHistoryKinds).optional(),
  /** How many of them, the largest, are left out: thousands are asked for page by page. */
  skip: z.number().int().nonnegative().optional(),
  /** Tells kinds as `lines`, in a fifth of the bytes, in place of `kinds`. */
  lines: z.boolean().optional(),
});
export type HistoryQuery = z.infer<typeof HistoryQuery>;

/** One measure: an entry for each step that has a point. */
export const Measure = z.strictObject({
  min: z.array(z.number()),
  mean: z.array(z.number()),
  max: z.array(z.number()),
  last: z.array(z.number()),
});
export type Measure = z.infer<typeof Measure>;

/** The points of one line: when each step begins and how many samples it holds. */
const steps = { at: z.array(instant), samples: z.array(whole) };

/** One measure of a kind: its bounds over the whole span, and its last value of each step; null where it is not known. */
export const Line = z.strictObject({ min: z.number(), max: z.number(), last: z.array(z.number().nullable()) });
export type Line = z.infer<typeof Line>;

/** Kinds over one axis of time. */
export const KindLines = z.strictObject({
  /** When each step begins that has samples, of whichever kind. */
  at: z.array(instant),
  kinds: z.array(
    z.strictObject({ kind: z.string(), estimated: z.literal(true).optional(), count: Line, sizeBytes: Line }),
  ),
});
export type KindLines = z.infer<typeof KindLines>;

/** The partitions of one isolate by one probe and one classifier. */
export const PartitionHistory = z.strictObject({
  isolate: name,
  probe: Probe,
  by: name,
  /** Head of the kind column. */
  header: z.string(),
  /** Samples in the whole span. */
  samples: whole,
  total: z.strictObject({ ...steps, count: Measure, sizeBytes: Measure }),
  kinds: z.array(
    z.strictObject({
      kind: z.string(),
      estimated: z.literal(true).optional(),
      ...steps,
      count: Measure,
      sizeBytes: Measure,
    }),
  ),
  /** Where they were asked for; `kinds` is empty then. */
  lines: KindLines.optional(),
  /** How many kinds more there are. */
  omitted: whole,
});
export type PartitionHistory = z.infer<typeof PartitionHistory>;

/** The gauges of one isolate. */
export const UsageHistory = z.strictObject({
  isolate: name,
  samples: whole,
  gauges: z.array(z.strictObject({ gauge: z.string(), ...steps, value: Measure })),
});
export type UsageHistory = z.infer<typeof UsageHistory>;

export const HistoryResult = z.strictObject({
  target: name,
  /** Absent where no sample fits. */
  from: instant.optional(),
  to: instant.optional(),
  stepMs: whole,
  partitions: z.array(PartitionHistory),
  usage: z.array(UsageHistory),
});
export type HistoryResult = z.infer<typeof HistoryResult>;
