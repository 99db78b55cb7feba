/** What happened to a target beside its samples: what is in a chart of them as marks and spans. */
import * as z from 'zod';
import { AlertEvent, FootprintEvent, MarkEvent, MemoryEvent, TargetEvent } from './events.ts';
import { limits } from './limits.ts';
import { text } from './text.ts';

const instant = z.iso.datetime();

export const EventsQuery = z.strictObject({
  target: text(limits.maxNameLength),
  /** Absent: as far back as any are stored, and until the newest. */
  from: instant.optional(),
  to: instant.optional(),
  /** How many of each sort, the newest of them; absent: 200. */
  limit: z.number().int().min(1).max(limits.maxStoredEvents).optional(),
});
export type EventsQuery = z.infer<typeof EventsQuery>;

/** Each sort in the order of the log. */
export const EventsResult = z.strictObject({
  targets: z.array(TargetEvent),
  marks: z.array(MarkEvent),
  footprints: z.array(FootprintEvent),
  memories: z.array(MemoryEvent),
  alerts: z.array(AlertEvent),
});
export type EventsResult = z.infer<typeof EventsResult>;
