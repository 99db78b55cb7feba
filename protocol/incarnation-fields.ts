/** The fields of each event about a process, as shapes that are checked; what they mean is in incarnation.ts. */
import * as z from 'zod';

export const ProcessIncarnation = z.strictObject({
  pid: z.number().int().positive(),
  startedAtMs: z.number().int().nonnegative(),
});

export const incarnationFields = {
  /** `pid 4711, started 2026-11-22T06:24:45.000Z` */
  incarnation: z.string().optional(),
  /** Absent where the pid or the start is not known: a page, a core file. */
  process: ProcessIncarnation.optional(),
};
