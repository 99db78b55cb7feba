/** Who a target is, told by itself. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { AnswerError, evaluate } from './evaluate.ts';
import type { SendOptions, Session } from './session.ts';

export interface Identity {
  readonly pid: number;
  /** `v20.20.2` */
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly title: string;
  /** Instant the process began, milliseconds since 1970, to the second. */
  readonly startedAtMs: number;
  /** What tells this process from any other that ever stood behind the same port: V8's random isolate id and pid. */
  readonly key: string;
  /** The same for people: `pid 4711, started 2026-11-22T06:24:45.123Z`. */
  readonly incarnation: string;
}

/** Longest title that is shown; a process may set any. */
const MAX_TITLE = 200;

const SELF = `({ pid: process.pid, nodeVersion: process.version, v8Version: process.versions.v8,
  title: String(process.title).slice(0, ${MAX_TITLE}), startedAtMs: Date.now() - process.uptime() * 1000 })`;

/** To the latest instant of ECMAScript's dates. */
const StartedAtMs = z.number().positive().max(8.64e15);

const Self = z.object({
  pid: z.number().int().positive().optional(),
  nodeVersion: z.string().regex(/^v\d+\.\d+\.\d+/),
  v8Version: z.string(),
  title: z.string(),
  startedAtMs: StartedAtMs,
});

const IsolateId = z.object({ id: z.string().regex(/^[0-9a-f]{1,32}$/) });

/** The process stands before its first line (`--inspect-brk`, `--inspect-wait`). */
export class NotStartedError extends Error {
  override name = 'NotStartedError';
}

/** Milliseconds that a process which is just starting gets for it: its inspector listens before it is itself there. */
const START_MS = 2_000;
const START_POLL_MS = 20;

/**
 * Reads the identity of the process behind a session of its main isolate.
 * @throws AnswerError if it is no Node.js process; NotStartedError if it waits for a debugger to let it start.
 */
export async function identify(session: Session, options: SendOptions = {}): Promise<Identity> {
  const { startedAtMs, ...self } = await selfOf(session, options);
  const id = IsolateId.safeParse(await session.send('Runtime.getIsolateId', {}, options)).data?.id;
  if (id === undefined) throw new AnswerError('Cannot read identity: Runtime.getIsolateId gave no isolate id');
  const key = `${id}/${self.pid}`;
  const started = firstReading(key, startedAtMs);
  return {
    ...self,
    key,
    startedAtMs: started,
    incarnation: `pid ${self.pid}, started ${new Date(started).toISOString()}`,
  };
}

/** Start instants by key. */
const startedAt = new Map<string, number>();
const MAX_STARTED_AT = 10_000;

/**
 * The instant is the target's clock less its uptime: off by a millisecond from reading to reading, and by more when the clock
 * is set. So that a process keeps its incarnation over many attaches, the first reading holds; and so that it mostly keeps it
 * when its collector starts anew, which takes an alert of another incarnation for one of a process that has ended, whole
 * seconds are told. (`performance.timeOrigin` would be the same each time, but to read it may load a module: see builtin.ts.)
 */
function firstReading(key: string, startedAtMs: number): number {
  const known = startedAt.get(key);
  if (known !== undefined) return known;
  if (startedAt.size === MAX_STARTED_AT) startedAt.clear();
  const reading = Math.round(startedAtMs / 1_000) * 1_000;
  startedAt.set(key, reading);
  return reading;
}

type Started = z.infer<typeof Self> & { pid: number };

/**
 * Half started, a process has no pid yet, and dies of a segmentation fault when it is given work for its event loop
 * (`setImmediate`, on 18 to 26): so nothing else is asked of it before.
 */
async function selfOf(session: Session, options: SendOptions): Promise<Started> {
  const deadlineAtMs = performance.now() + Math.min(START_MS, options.timeoutMs ?? START_MS);
  while (performance.now() < deadlineAtMs) {
    const { pid, ...self } = await evaluate(session, 'identity', SELF, Self, { ...options, pure: true });
    if (pid !== undefined) return { ...self, pid };
    await wait(START_POLL_MS, undefined, options.signal && { signal: options.signal });
  }
  throw new NotStartedError(
    'it has not begun its program, let the debugger that it waits for (--inspect-brk) go on first',
  );
}
