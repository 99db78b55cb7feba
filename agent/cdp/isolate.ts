/**
 * The isolates of a process and how a worker's is spoken to: through its main isolate's connection, JSON within JSON.
 *
 *     { method: 'NodeWorker.sendMessageToWorker',  params: { sessionId, message: '{"id":1,"method":…}' } }   ──>
 *     { method: 'NodeWorker.receivedMessageFromWorker', params: { sessionId, message: '{"id":1,"result":…}' } } <──
 *
 * `NodeWorker.enable` reports every worker that lives, before its own answer, and from then on each new one; a session id
 * counts from 1 on each connection and is not the thread id. A message to a session that has ended is answered `{}` and
 * goes nowhere. Messages pass the main thread: while that is blocked, so is the way to every worker.
 *
 * Only `NodeWorker.detach` ends a session in a worker: on Node 18 to 26 neither `NodeWorker.disable` nor the end of the
 * connection does, and what the session started (sampling, tracking of ids) goes on in the worker for good. So whoever
 * enables NodeWorker detaches from each worker that was reported, before it goes.
 */
import { z } from 'zod';

export const WORKER_ATTACHED = 'NodeWorker.attachedToWorker';
export const WORKER_DETACHED = 'NodeWorker.detachedFromWorker';
export const WORKER_MESSAGE = 'NodeWorker.receivedMessageFromWorker';

/**
 * With `--experimental-worker-inspection` Node 24 and 26 know a second way, which does not pass the main thread: the Target
 * domain gives each worker a session on the connection itself (`sessionId` beside `method`). Nothing tells there when a
 * worker ends, and nothing ends such a session but the worker's own end, so NodeWorker is enabled as well. A command for a
 * worker that has ended is not answered; one for a session that never was runs in the main isolate.
 */
export const TARGET_ATTACHED = 'Target.attachedToTarget';
export const ATTACH_TARGETS = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true } as const;
export const TargetAttached = z.object({ sessionId: z.string(), targetInfo: z.object({ title: z.string() }) });

/** Params of `NodeWorker.enable`: a worker that starts later must not wait for us. */
export const ENABLE_WORKERS = { waitForDebuggerOnStart: false } as const;

export const WorkerAttached = z.object({ sessionId: z.string(), workerInfo: z.object({ title: z.string() }) });
export const WorkerDetached = z.object({ sessionId: z.string() });
export const WorkerMessage = z.object({ sessionId: z.string(), message: z.string() });

/** The thread id in a worker's title, `[worker 3] name` or `Worker 3`; null for a title that has none. */
export function threadIdOfTitle(title: string): number | null {
  const digits = /^\[worker (\d+)\]|^Worker (\d+)$/.exec(title);
  return digits === null ? null : Number(digits[1] ?? digits[2]);
}
