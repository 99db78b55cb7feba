/** The heap snapshots that a collector keeps, as files. */
import * as z from 'zod';
import { limits } from './limits.ts';
import { text } from './text.ts';

/** What a snapshot's file may be called: no separators, no dot at the start. */
export const SnapshotName = z
  .string({ error: 'the name of a snapshot' })
  .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_.:@-]{0,200}\.heapsnapshot(?:\.gz)?$/u, { error: 'the name of a snapshot' });

export const SnapshotFile = z.strictObject({
  name: SnapshotName,
  sizeBytes: z.int().nonnegative(),
  /** When it was last written. */
  writtenAt: z.iso.datetime(),
  /** Whose heap it is, and when it was begun; absent for a file whose name does not tell. */
  target: text(limits.maxNameLength).optional(),
  isolate: text(limits.maxNameLength).optional(),
  takenAt: z.iso.datetime().optional(),
});
export type SnapshotFile = z.infer<typeof SnapshotFile>;
