/** What of a collector a client may see and do, beside its role: targets by globs of their names, and probes that it may have run there. */
import * as z from 'zod';
import { Probe } from './partition.ts';

const Grant = z.strictObject({
  /** Globs of targets' names; absent: all. */
  targets: z.array(z.string()).optional(),
  /** Those that may be run by hand; absent: all. Without `snapshot` the files of snapshots are closed too. */
  probes: z.array(Probe).optional(),
});

/** One grant or several: what one of them gives is given. */
export const Scope = z.array(Grant);
