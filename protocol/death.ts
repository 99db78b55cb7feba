/** Why a process ended, as far as that can be told from outside: what is sure, what is likely, and what is not known. */
import * as z from 'zod';

const bytes = z.number().int().nonnegative();

/**
 * `exit`: by itself, in order: its program's end, process.exit, an error that nobody caught, a signal that Node handles. `cgroup`,
 * `ulimit`, `machine`, `v8Limit`: a limit of memory. `probe`: during a census or a snapshot of ours. `killed`: at once, by a signal
 * or a crash, and no limit was near.
 */
export const DeathCause = z.enum(['exit', 'v8Limit', 'cgroup', 'ulimit', 'machine', 'probe', 'killed']);
export type DeathCause = z.infer<typeof DeathCause>;

export const Death = z.strictObject({
  cause: DeathCause,
  /** `unknown`: nothing speaks for one cause more than for another. */
  certainty: z.enum(['certain', 'likely', 'unknown']),
  /** One sentence, with its reason. */
  text: z.string(),
  /** Of the last reading before it. */
  readAt: z.iso.datetime().optional(),
  rssBytes: bytes.optional(),
  heapUsedBytes: bytes.optional(),
  heapLimitBytes: bytes.optional(),
  /** Heap snapshots and profiles that Node wrote by itself, as when V8's limit is near: paths on the collector's machine. */
  files: z.array(z.string()).optional(),
});
export type Death = z.infer<typeof Death>;
