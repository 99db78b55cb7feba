/** Long work of a collector, which can be followed and, where that is possible, cancelled. */
import * as z from 'zod';
import { limits } from './limits.ts';
import { text } from './text.ts';

export const Operation = z.strictObject({
  id: text(limits.maxIdLength),
  /** `probe`, `checkpoint`, `explore`, `report` on a snapshot; `send` of a snapshot to where the team has them. */
  kind: z.enum(['probe', 'checkpoint', 'explore', 'report', 'send']),
  /** Of a probe its name, of a question what is asked, of a snapshot that is sent or reported on its name. */
  what: z.string(),
  target: z.string().optional(),
  isolate: z.string().optional(),
  /** Who asked, as in the audit trail; `collector` for what is scheduled, or evidence. */
  by: z.string(),
  startedAt: z.iso.datetime(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  /** What it is at: `walking`, `receiving`, `sending`, … Absent where that is not known. */
  phase: z.string().optional(),
  /** How far it has come; `total` absent: nobody knows how much there is. */
  progress: z
    .strictObject({
      done: z.number().nonnegative(),
      total: z.number().nonnegative().optional(),
      unit: z.enum(['bytes', 'objects']),
    })
    .optional(),
  /** Why it cannot be cancelled now; absent: it can, or it is over. */
  uncancellable: z.string().optional(),
  endedAt: z.iso.datetime().optional(),
  /** Why it failed, or who cancelled it. */
  reason: z.string().optional(),
});
export type Operation = z.infer<typeof Operation>;
