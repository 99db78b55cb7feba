/** Who a target is, told by itself. */
import { z } from 'zod';
import { AnswerError, evaluate } from './evaluate.ts';
import type { SendOptions, Session } from './session.ts';

export interface Identity {
  readonly pid: number;
  /** `v20.20.2` */
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly title: string;
  /** Instant the process began, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** What tells this process from any other that ever stood behind the same port: V8's random isolate id and pid. */
  readonly key: string;
  /** The same for people: `pid 4711, started 2026-11-22T06:24:45.123Z`. */
  readonly incarnation: string;
}

/** Longest title that is shown; a process may set any. */
const MAX_TITLE = 200;

const SELF = `({ pid: process.pid, nodeVersion: process.version, v8Version: process.versions.v8,
  title: String(process.title).slice(0, ${MAX_TITLE}) })`;

const Self = z.object({
  pid: z.number().int().positive().optional(),
  nodeVersion: z.string().regex(/^v\d+\.\d+\.\d+/),
  v8Version: z.string(),
  title: z.string(),
});

// V8 counts this getter among the side effects, unlike `process.uptime()`; but that, taken from the clock, would give
// another instant after each correction of the clock and, rounded, at every second attach.
const STARTED = 'performance.timeOrigin';

/** Latest instant of ECMAScript's dates. */
const StartedAtMs = z.number().positive().max(8.64e15);

const IsolateId = z.object({ id: z.string().regex(/^[0-9a-f]{1,32}$/) });

/** The process stands before its first line (`--inspect-brk`, `--inspect-wait`). */
export class NotStartedError extends Error {
  override name = 'NotStartedError';
}

/**
 * Reads the identity of the process behind a session of its main isolate.
 * @throws AnswerError if it is no Node.js process; NotStartedError if it waits for a debugger to let it start.
 */
export async function identify(session: Session, options: SendOptions = {}): Promise<Identity> {
  const self = await evaluate(session, 'identity', SELF, Self, { ...options, pure: true });
  const { pid } = self;
  // half started, a process has no pid yet, and dies of a segmentation fault when it is given work for its event loop
  // (18 to 26, `setImmediate`): so nothing more is asked of it
  if (pid === undefined) throw new NotStartedError('it waits for a debugger before its first line, let it start first');
  const startedAtMs = await evaluate(session, 'start time', STARTED, StartedAtMs, options);
  const isolate = await session.send('Runtime.getIsolateId', {}, options);
  const id = IsolateId.safeParse(isolate).data?.id;
  if (id === undefined) throw new AnswerError('Cannot read identity: Runtime.getIsolateId gave no isolate id');
  const started = new Date(startedAtMs);
  return {
    ...self,
    pid,
    startedAtMs: started.getTime(),
    key: `${id}/${pid}`,
    incarnation: `pid ${pid}, started ${started.toISOString()}`,
  };
}
