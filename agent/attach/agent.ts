/** One attached target: who it is, its isolates, and the probes that run on them. */
import { setMaxListeners } from 'node:events';
import type { Probe, Usage } from '../../protocol/partition.ts';
import { AnswerError } from '../base/errors.ts';
import { parseTarget, type Target } from '../base/target.ts';
import { atMost } from '../base/waiting.ts';
import { type FindOptions, inspectorUrl, isNode, type Runtime, resolvedUrl, runtimeAt } from '../cdp/endpoint.ts';
import { isInProcess } from '../cdp/in-process.ts';
import { MAIN, noIsolate, threadIdOf, workerName } from '../cdp/isolate-name.ts';
import { openSession } from '../cdp/open-session.ts';
import {
  AttachError,
  type ConnectionSession,
  DetachedError,
  isUnknownMethod,
  ProtocolError,
  type Session,
} from '../cdp/session.ts';
import { Workers } from '../cdp/workers.ts';
import {
  closeOpened,
  closeUnused,
  keepOpened,
  type Opened,
  type OpenInspector,
  type OpenOptions,
  openInspector,
  type Pin,
} from '../process/open.ts';
import { type Condition, lookAt, SILENT_MS } from './condition.ts';
import { type Identity, identify, NotStartedError, UnknownRuntimeError } from './identity.ts';
import { killWatch } from './kill-watch.ts';

export type { Identity };

export interface AttachOptions {
  signal?: AbortSignal;
  /** Milliseconds for the whole attach; default 5,000. */
  timeoutMs?: number;
  /** Milliseconds for which the target may answer nothing before its connection is given up; default 5 minutes. */
  giveUpMs?: number;
  /** Leave open an inspector that this attach opened (pid targets). */
  keepOpen?: boolean;
  /** Kept from attach to attach, it holds a `pid:` target to the process that it was at the first. */
  pin?: Pin;
}

/**
 * An attached target. Closing it leaves the target as it was found: no sampling, no ids, no handles, and an inspector
 * that the attach opened closed again unless somebody else is on it.
 */
export interface Agent extends AsyncDisposable {
  readonly identity: Identity;
  /** The inspector's WebSocket address, for a session of one's own (a snapshot's receiver opens one in its thread). */
  readonly inspectorUrl: string;
  /** The main isolate's session. */
  readonly session: ConnectionSession;
  /** `main` and `worker:<threadId>` of every worker that lives now; while the main thread is blocked, of those known before. */
  isolates(): Promise<string[]>;
  /**
   * The session of an isolate by its name; it is the agent's, which closes it.
   * @throws RangeError for one that does not exist (naming those that do).
   */
  isolate(name: string): Promise<Session>;
  /** Tells a debugger's pause, a blocked event loop and silence from a target that runs; never waits longer than `timeoutMs` (1,000). */
  condition(timeoutMs?: number): Promise<Condition>;
  /**
   * How long the main isolate's event loop took to turn when `condition` was asked last, with the way of the question and the
   * answer; of one that was blocked, for how long it was waited for. Undefined before, and of a paused one.
   */
  readonly turnMs: number | undefined;
  /** Milliseconds for which the target has owed an answer and nothing has come of it, no part of a snapshot either; 0: it answers. */
  readonly silentMs: number;
  /** Says that something has come of the target on another connection, as a snapshot does. */
  heard(): void;
  /** When that was last, on `performance.now()`'s clock; -Infinity: never. */
  readonly heardAtMs: number;
  /** Settles once, never rejects, when the target or its connection has gone. */
  readonly closed: Promise<DetachedError>;
  /** The same for who listens for a while: aborted with it. (What hangs on a promise stays until that settles.) */
  readonly gone: AbortSignal;
  /** Aborted when `close` is called: what takes long is to be given up. */
  readonly closing: AbortSignal;
  /** Has `close` wait for `work`, which the target cannot break off: it may die of being left in the middle. */
  holdOpen(work: Promise<unknown>): void;
  /**
   * Gives up what goes on, waits until the target has sent what it cannot stop sending, and lets it go.
   * @param graceMs how long to wait for that; default: as long as it takes
   */
  close(options?: CloseOptions): Promise<void>;
}

export interface CloseOptions {
  readonly graceMs?: number;
}

/** What every probe gets. */
export interface ProbeContext {
  /** The target's name as its user gave it; part of partitions and usage. */
  readonly target: string;
  readonly isolate: string;
  readonly signal?: AbortSignal;
}

export type { Probe, Usage };

const TIMEOUT_MS = 5_000;
const CONDITION_MS = 1_000;
const GIVE_UP_MS = 300_000;
/** How long who has not said who he is may take to say what he is. */
const RUNTIME_MS = 1_000;
/** How often silence is looked at. */
const LOOK_MS = 1_000;
/** How long a main thread may take to tell of workers that it has just started. */
const REFRESH_MS = 200;

/**
 * Attaches to a live target by its text: `9229`, `host:9229`, `ws://…`, `pid:1234`; a worker thread, to its process (IN_PROCESS).
 * @throws AttachError with one line that says what is in the way; TargetSyntaxError for a text that names no target.
 */
export async function attach(target: string, options: AttachOptions = {}): Promise<Agent> {
  const { signal, timeoutMs = TIMEOUT_MS, giveUpMs = GIVE_UP_MS, keepOpen = false, pin } = options;
  const deadlineAtMs = performance.now() + timeoutMs;
  const remaining = (): FindOptions => ({
    timeoutMs: Math.max(1, Math.ceil(deadlineAtMs - performance.now())),
    ...(signal && { signal }),
  });
  const door = await doorOf(target, { ...remaining(), pin });
  const opened = door.opened;
  const session = await openSession(door.url, remaining()).catch(async (error) => {
    if (opened) await closeUnused(opened.pid);
    throw error;
  });
  try {
    const identity = await identify(session, remaining(), () => runtimeOf(door.url, remaining()));
    if (door.ownPid !== undefined && identity.pid > 0) assertPid(door.ownPid, identity, target);
    if (opened && keepOpen) keepOpened(opened.pid);
    const agent = new LiveAgent(door.url, session, identity, { giveUpMs, ...(!keepOpen && { toClose: opened }) });
    session.whyGone = await killWatch(agent);
    return agent;
  } catch (cause) {
    if (opened && !(cause instanceof WrongProcessError)) await closeOpened(session, opened);
    await session.close();
    if (opened && cause instanceof WrongProcessError) await closeUnused(opened.pid);
    signal?.throwIfAborted();
    if (cause instanceof DetachedError) throw cause;
    const runtime = await runtimeOf(door.url, { timeoutMs: RUNTIME_MS }).catch(() => undefined);
    throw new AttachError(`Cannot attach to ${target}: ${unknownBecause(cause, runtime)}`, { cause });
  }
}

/** Where to connect, and what of it is known beforehand. */
type Door = { url: string } & Partial<OpenInspector>;

async function doorOf(text: string, options: OpenOptions): Promise<Door> {
  if (isInProcess(text)) return { url: text };
  const target = parseTarget(text);
  switch (target.kind) {
    case 'address':
      return { url: await urlOf(target, text, options) };
    case 'url':
      return { url: await resolvedUrl(target.url, options) };
    case 'pid':
      return await openInspector(target.pid, options);
    case 'file':
    case 'collector':
      throw new AttachError(`Cannot attach to ${text}: it is no live process, give a port, host:port, ws://… or pid:N`);
  }
}

/** A port alone is one of this machine's, whichever of its two loopbacks the inspector listens on. */
async function urlOf(
  { host, port }: Extract<Target, { kind: 'address' }>,
  text: string,
  options: OpenOptions,
): Promise<string> {
  try {
    return await inspectorUrl(host, port, options);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (!/^\d+$/.test(text) || code !== 'ECONNREFUSED') throw error;
    return await inspectorUrl('::1', port, options).catch(() => {
      throw error;
    });
  }
}

/** The process that we run in needs not say what it is. */
async function runtimeOf(url: string, options: FindOptions): Promise<Runtime | undefined> {
  return isInProcess(url) ? undefined : await runtimeAt(url, options);
}

/** Behind the port of one process answers another. */
class WrongProcessError extends Error {}

function assertPid(expected: number, { pid }: Identity, target: string): void {
  if (pid === expected) return;
  throw new WrongProcessError(`behind the port of ${target} answers pid ${pid}, attach to that one or try again`);
}

/** Why somebody who answers did not say who he is. */
function unknownBecause(cause: unknown, runtime: Runtime | undefined): string {
  if (cause instanceof NotStartedError || cause instanceof WrongProcessError || cause instanceof UnknownRuntimeError) {
    return cause.message;
  }
  if (cause instanceof AnswerError || cause instanceof ProtocolError) {
    const name = runtime === undefined || isNode(runtime) ? 'no Node.js process' : runtime.name;
    return `this is ${name} (${cause.message})`;
  }
  if (cause instanceof DOMException)
    return 'it stopped answering while it was asked who it is, its process may be blocked';
  throw cause;
}

/**
 * News of workers come by themselves; only those of the last moment are asked for. A main thread that does not answer has
 * started none.
 */
async function refreshed(workers: Workers): Promise<void> {
  try {
    await workers.refresh({ timeoutMs: REFRESH_MS });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'TimeoutError')) throw error;
  }
}

async function settledWithin(graceMs: number | undefined, work: readonly Promise<unknown>[]): Promise<void> {
  if (work.length === 0) return;
  const all = Promise.all(work);
  await (graceMs === undefined ? all : atMost(graceMs, all));
}

interface LiveOptions {
  readonly giveUpMs: number;
  /** An inspector that the attach opened and is to close. */
  readonly toClose?: Opened | undefined;
}

class LiveAgent implements Agent {
  readonly identity: Identity;
  readonly inspectorUrl: string;
  readonly session: ConnectionSession;
  readonly closed: Promise<DetachedError>;
  readonly #giveUpMs: number;
  heardAtMs = Number.NEGATIVE_INFINITY;
  turnMs: number | undefined;
  /** Opened when a worker is first asked for. */
  #workers: Promise<Workers> | undefined;
  /** Of the inspector that this attach opened and is to close. */
  readonly #toClose: Opened | undefined;
  readonly #gone = new AbortController();
  readonly #closing = new AbortController();
  /** What `close` waits for. */
  readonly #held = new Set<Promise<unknown>>();
  #ended: Promise<void> | undefined;

  constructor(url: string, session: ConnectionSession, identity: Identity, { toClose, giveUpMs }: LiveOptions) {
    this.inspectorUrl = url;
    this.session = session;
    this.identity = identity;
    this.#toClose = toClose;
    this.closed = session.closed;
    this.#giveUpMs = giveUpMs;
    const looking = setInterval(() => this.#lookAtSilence(), Math.min(LOOK_MS, giveUpMs / 2)).unref();
    // each checkpoint and each snapshot listens
    setMaxListeners(0, this.#gone.signal, this.#closing.signal);
    void session.closed.then((error) => {
      clearInterval(looking);
      this.#gone.abort(error);
    });
  }

  async isolates(): Promise<string[]> {
    const workers = await this.#openWorkers().catch((error) => {
      if (isUnknownMethod(error)) return undefined; // pages have workers too, as targets of their own
      throw error;
    });
    if (!workers) return [MAIN];
    await refreshed(workers);
    return [MAIN, ...workers.threadIds().map(workerName)];
  }

  async isolate(name: string): Promise<Session> {
    if (name === MAIN) return this.session;
    const threadId = threadIdOf(name);
    const session = threadId === null ? undefined : await this.#worker(threadId);
    if (session) return session;
    throw noIsolate(name, `Cannot find isolate "${name}": expected one of ${(await this.isolates()).join(', ')}`);
  }

  async condition(timeoutMs = CONDITION_MS): Promise<Condition> {
    const { condition, turnMs } = await lookAt(this.session, timeoutMs);
    this.turnMs = turnMs;
    return condition === 'blocked' && this.silentMs >= Math.min(SILENT_MS, this.#giveUpMs / 2) ? 'silent' : condition;
  }

  get silentMs(): number {
    return Math.min(this.session.silentMs, performance.now() - this.heardAtMs);
  }

  heard(): void {
    this.heardAtMs = performance.now();
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  holdOpen(work: Promise<unknown>): void {
    const settled = work.catch(() => {}); // reported to the one that asked for it
    this.#held.add(settled);
    void settled.then(() => this.#held.delete(settled));
  }

  close({ graceMs }: CloseOptions = {}): Promise<void> {
    this.#ended ??= this.#end(graceMs);
    return this.#ended;
  }

  async #end(graceMs: number | undefined): Promise<void> {
    this.#closing.abort(
      new DetachedError(`Detached from ${new URL(this.inspectorUrl).host}: the session was closed here`),
    );
    await settledWithin(graceMs, [...this.#held]);
    try {
      await this.#closeWorkers();
      if (this.#toClose) await closeOpened(this.session, this.#toClose);
    } finally {
      await this.session.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A snapshot has bounds of its own: it is silent for as long as V8 sorts what it has found. */
  #lookAtSilence(): void {
    if (this.#held.size > 0 || this.silentMs < this.#giveUpMs) return;
    this.session.giveUp(`it has answered nothing for ${Math.round(this.silentMs / 1_000)} s, and was given up`);
  }

  /** A worker that is not known yet may be the newest. */
  async #worker(threadId: number): Promise<Session | undefined> {
    const workers = await this.#openWorkers();
    const known = workers.session(threadId);
    if (known) return known;
    await refreshed(workers);
    return workers.session(threadId);
  }

  async #closeWorkers(): Promise<void> {
    const workers = await this.#workers?.catch(() => undefined); // reported to the one that asked for them
    await workers?.close();
  }

  async #openWorkers(): Promise<Workers> {
    this.#workers ??= Workers.open(this.session, { direct: true });
    try {
      return await this.#workers;
    } catch (error) {
      this.#workers = undefined;
      throw error;
    }
  }
}
