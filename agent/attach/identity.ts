/** Who a target is, by its own account. */
import { z } from 'zod';
import type { ProcessIncarnation } from '../../protocol/incarnation.ts';
import { AnswerError } from '../base/errors.ts';
import { outside } from '../base/outside-schema.ts';
import { TEXT_LENGTHS } from '../base/outside-text.ts';
import { delay } from '../base/waiting.ts';
import { type Runtime, strangeness } from '../cdp/endpoint.ts';
import { evaluate } from '../cdp/evaluate.ts';
import { isInProcess } from '../cdp/in-process.ts';
import { type OwnProcess, ownProcess } from '../cdp/own-process.ts';
import { isUnknownMethod, type SendOptions, type Session } from '../cdp/session.ts';

export interface Identity {
  /** 0 where it does not tell: a page. */
  readonly pid: number;
  /** `v20.20.2`; of another runtime its name, `Deno/2.9.6` */
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly title: string;
  /** Instant the process began, milliseconds since 1970, to the second. */
  readonly startedAtMs: number;
  /** What tells this process from any other that ever stood behind the same port: V8's random isolate id and pid. */
  readonly key: string;
  /** The same for people: `pid 4711, started 2026-11-22T06:24:45.000Z`. */
  readonly incarnation: string;
  /** The same as figures; absent where it does not tell its pid or its start. */
  readonly process?: ProcessIncarnation;
  /** We are a thread of it. */
  readonly isInside?: boolean;
}

/** Characters of a title that are looked at; a process may set any. */
const MAX_TITLE = 4_000;

const Told = z.object({
  nodeVersion: outside(TEXT_LENGTHS.version),
  v8Version: outside(TEXT_LENGTHS.version),
  title: outside(TEXT_LENGTHS.title),
});

const IsolateId = z.object({ id: z.string().regex(/^[0-9a-f]{1,32}$/) });

/** The process waits before its first line (`--inspect-brk`, `--inspect-wait`). */
export class NotStartedError extends Error {
  override name = 'NotStartedError';
}

/** Behind the inspector is a runtime that has no heap of V8's, or one that nobody knows; it is named. */
export class UnknownRuntimeError extends Error {
  override name = 'UnknownRuntimeError';
}

/** Milliseconds that a process which is just starting gets for it: its inspector listens before it is itself there. */
const START_MS = 2_000;
const START_POLL_MS = 20;

/**
 * Reads the identity of the process behind a session of its main isolate. What of it a program hides or fakes is left out.
 * @param runtime asked where there is no process of Node's: who answers there
 * @throws AnswerError, UnknownRuntimeError if it is nothing of V8's; NotStartedError if it waits for a debugger to let it start.
 */
export async function identify(
  session: Session,
  options: SendOptions = {},
  runtime: () => Promise<Runtime | undefined> = async () => undefined,
): Promise<Identity> {
  const { startedAtMs, isMet, ...self } = await selfOf(session, options, runtime);
  const id = IsolateId.safeParse(await session.send('Runtime.getIsolateId', {}, options)).data?.id;
  if (id === undefined) throw new AnswerError('Cannot read identity: Runtime.getIsolateId gave no isolate id');
  const key = `${id}/${self.pid}`;
  const started = firstReading(key, startedAtMs);
  return {
    ...self,
    key,
    startedAtMs: started,
    ...(isInProcess(session.url) && { isInside: true }),
    incarnation: `${self.pid > 0 ? `pid ${self.pid}` : self.nodeVersion}, ${isMet ? 'met' : 'started'} ${new Date(started).toISOString()}`,
    ...(self.pid > 0 && !isMet && { process: { pid: self.pid, startedAtMs: started } }),
  };
}

/** Start instants by key. */
const startedAt = new Map<string, number>();
const MAX_STARTED_AT = 10_000;

/**
 * The instant is the target's clock less its uptime: off by a millisecond from reading to reading, and by more when the clock
 * is set. So that a process keeps its incarnation over many attaches, the first reading holds; and so that it mostly keeps it
 * when its collector starts anew, which takes an alert of another incarnation for one of a process that has ended, whole
 * seconds are reported. (`performance.timeOrigin` would be the same each time, but to read it may load a module: see builtin.ts.)
 */
function firstReading(key: string, startedAtMs: number): number {
  const known = startedAt.get(key);
  if (known !== undefined) return known;
  if (startedAt.size === MAX_STARTED_AT) startedAt.clear();
  const reading = Math.round(startedAtMs / 1_000) * 1_000;
  startedAt.set(key, reading);
  return reading;
}

interface Started {
  readonly pid: number;
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly title: string;
  readonly startedAtMs: number;
  /** It does not tell its start: it is as old as our acquaintance. */
  readonly isMet: boolean;
}

/**
 * Half started, a process has no pid yet, and dies of a segmentation fault when it is given work for its event loop
 * (`setImmediate`, on 18 to 26): so nothing else is asked of it before.
 */
async function selfOf(
  session: Session,
  options: SendOptions,
  runtime: () => Promise<Runtime | undefined>,
): Promise<Started> {
  const deadlineAtMs = performance.now() + Math.min(START_MS, options.timeoutMs ?? START_MS);
  while (performance.now() < deadlineAtMs) {
    const askedAtMs = Date.now();
    const found = await ownProcess(session, options).catch((error) => {
      if (isUnknownMethod(error)) return null; // it does not even evaluate
      throw error;
    });
    if (!found?.isHalfStarted) {
      const isNode = found?.pid !== undefined && /^v\d+\./.test(found.version ?? '');
      const process = isNode ? found : await named(session, found, await runtime(), options);
      return startedOf(process, askedAtMs);
    }
    await delay(START_POLL_MS, options.signal);
  }
  throw new NotStartedError(
    'it has not started its program, continue in the debugger that it waits for (--inspect-brk) first',
  );
}

/** A runtime that has no process as Node has it: a page, Deno, a Node whose program has dropped its own. */
async function named(
  session: Session,
  found: OwnProcess | null,
  runtime: Runtime | undefined,
  options: SendOptions,
): Promise<OwnProcess> {
  if (!runtime) throw new AnswerError('Cannot read identity: it has no `process`, and no name');
  const why = strangeness(runtime);
  if (why !== undefined) throw new UnknownRuntimeError(why);
  const { name, v8Version } = runtime;
  const isDeno = name.startsWith('Deno/');
  const pid = isDeno ? await evaluate(session, 'pid', 'Deno.pid', Pid, options) : (found?.pid ?? 0);
  const versions = new Map([
    ...(found?.versions ?? []),
    ...(v8Version === undefined ? [] : ([['v8', v8Version]] as const)),
  ]);
  const version = name.replace(/^node\.js\//, '');
  return { ...found, pid, version, versions, isHalfStarted: false };
}

const Pid = z.number().int().nonnegative().catch(0);

/** By our clock: the program's may be a fake. */
function startedOf({ pid = 0, version = '', versions, title = '', uptimeSeconds }: OwnProcess, nowMs: number): Started {
  const told = { nodeVersion: version, v8Version: versions.get('v8') ?? '', title: title.slice(0, MAX_TITLE) };
  const startedAtMs = Math.max(0, nowMs - (uptimeSeconds ?? 0) * 1_000);
  return { pid, ...Told.parse(told), startedAtMs, isMet: uptimeSeconds === undefined };
}
