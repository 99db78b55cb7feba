/** Which process behind a target an event is about: a text for people, and the same as figures for programs. */
import * as z from 'zod';

/** At most one process of a machine has this pid and this start. */
export const ProcessIncarnation = z.strictObject({
  pid: z.number().int().positive(),
  /** Milliseconds since 1970, to the second. */
  startedAtMs: z.number().int().nonnegative(),
});
export type ProcessIncarnation = z.infer<typeof ProcessIncarnation>;

/** Fields of each event about a process. */
export const incarnationFields = {
  /** `pid 4711, started 2026-11-22T06:24:45.000Z` */
  incarnation: z.string().optional(),
  /** Absent where the pid or the start is not known: a page, a core file. */
  process: ProcessIncarnation.optional(),
};

export interface Incarnation {
  readonly incarnation?: string | undefined;
  readonly process?: ProcessIncarnation | undefined;
}

/** The fields that are known, to be spread into an event. */
export function incarnationOf({ incarnation, process }: Incarnation): {
  incarnation?: string;
  process?: ProcessIncarnation;
} {
  return { ...(incarnation !== undefined && { incarnation }), ...(process && { process }) };
}
