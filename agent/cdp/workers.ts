/**
 * The worker threads behind one connection, each as a session of its own.
 *
 *     connection ──NodeWorker──> { sessionId -> WorkerSession } <── agent.isolate('worker:3')
 *                └──Target──> the same, past the main thread, where Node can (isolate.ts)
 */
import { EventEmitter } from 'node:events';
import type { z } from 'zod';
import { DetachedError, ProtocolError } from '../base/errors.ts';
import { type AnswerBytes, answerId, bytesOfAnswer } from './answer.ts';
import { Calls, type SendOptions } from './calls.ts';
import { FrameError, messageOf } from './frame.ts';
import { whenFree } from './hold.ts';
import {
  ATTACH_TARGETS,
  ENABLE_WORKERS,
  TARGET_ATTACHED,
  TargetAttached,
  threadIdOfTitle,
  WORKER_ATTACHED,
  WORKER_DETACHED,
  WORKER_MESSAGE,
  WorkerAttached,
  WorkerDetached,
  WorkerMessage,
} from './isolate.ts';
import { LongFrames } from './long-frame.ts';
import { type OpenOptions, openSession, setFarewell } from './open-session.ts';
import { isShort } from './readable.ts';
import { isUnknownMethod, type Session } from './session.ts';

/** Workers of one process that are spoken to; a program with more makes threads as others make objects. */
const MAX_WORKERS = 256;

/** Milliseconds that letting go of a target may take: if its main thread is blocked, nothing reaches the workers. */
const RELEASE_MS = 1_000;

/** Ids that no call of ours has. */
const FIRST_FAREWELL_ID = 1e9 + 1;

export interface WorkersOptions extends SendOptions {
  /** The one worker wanted, by its thread id; the others are let go of as they come. Default: all. */
  only?: number;
  /**
   * Speak to workers past the main thread where Node can. Such a session stays in its worker (8 KB) when it is given up, so
   * it is for who stays long. Default false.
   */
  direct?: boolean;
}

/** Keeps a session on every worker that lives, or on one, from `open` until `close`. */
export class Workers implements AsyncDisposable {
  readonly #connection: Session;
  readonly #bySessionId = new Map<string, WorkerSession>();
  readonly #off: (() => void)[];

  /** Enables NodeWorker on the connection; each worker that lives is known when this resolves. */
  static async open(connection: Session, { only, direct = false, ...options }: WorkersOptions = {}): Promise<Workers> {
    const workers = new Workers(connection, only);
    await workers.refresh(options);
    if (direct) await workers.#goDirect(options);
    return workers;
  }

  private constructor(connection: Session, only: number | undefined) {
    this.#connection = connection;
    // once for all: of those that come and go while the connection lives nothing may stay with it
    void connection.closed.then((error) => {
      for (const session of this.#bySessionId.values()) session.endWith(error);
    });
    this.#off = [
      hear(connection, WORKER_ATTACHED, WorkerAttached, ({ sessionId, workerInfo }) => {
        const session = new WorkerSession(connection, sessionId, threadIdOfTitle(workerInfo.title));
        const isWanted = only === undefined ? this.#bySessionId.size < MAX_WORKERS : session.threadId === only;
        if (!isWanted) return void session.close();
        this.#bySessionId.set(sessionId, session);
        this.#tellFarewell();
      }),
      hear(connection, WORKER_DETACHED, WorkerDetached, ({ sessionId }) => {
        this.#bySessionId.get(sessionId)?.end('it has ended');
        this.#bySessionId.delete(sessionId);
        this.#tellFarewell();
      }),
      hear(connection, WORKER_MESSAGE, WorkerMessage, ({ sessionId, message }) => {
        this.#bySessionId.get(sessionId)?.hear(message);
      }),
      hear(connection, TARGET_ATTACHED, TargetAttached, ({ sessionId, targetInfo }) => {
        const threadId = threadIdOfTitle(targetInfo.title);
        if (threadId === null) return;
        this.#ofThread(threadId)?.goDirect(sessionId);
        this.#tellFarewell();
      }),
    ];
  }

  /** Waits for the news of workers that have started or ended by now. */
  async refresh(options: SendOptions = {}): Promise<void> {
    await this.#connection.send('NodeWorker.enable', ENABLE_WORKERS, options);
  }

  /** Of the workers that live now, in the order in which they were met. */
  threadIds(): number[] {
    return [...this.#bySessionId.values()].flatMap(({ threadId }) => (threadId === null ? [] : [threadId]));
  }

  session(threadId: number): Session | undefined {
    return this.#ofThread(threadId);
  }

  /** Lets go of each worker by name, as nothing else ends a session in it, and then of those to come. */
  async close(): Promise<void> {
    for (const off of this.#off) off();
    const sessions = [...this.#bySessionId.values()];
    this.#bySessionId.clear();
    await Promise.all(sessions.map((session) => session.close()));
    await whenFree(this.#connection.url, () =>
      letGo(this.#connection.send('NodeWorker.disable', {}, { timeoutMs: RELEASE_MS })),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Nothing but a command ends a session in a worker, and what it samples there: our standby is to give it. */
  #tellFarewell(): void {
    const commands = [...this.#bySessionId.values()].flatMap((session) => session.farewell);
    setFarewell(
      this.#connection,
      commands.map((command, at) => JSON.stringify({ id: FIRST_FAREWELL_ID + at, ...command })),
    );
  }

  #ofThread(threadId: number): WorkerSession | undefined {
    return [...this.#bySessionId.values()].find((session) => session.threadId === threadId);
  }

  /** Workers are reported before the answer, as by NodeWorker; a Node that does not know the way refuses. */
  async #goDirect(options: SendOptions): Promise<void> {
    try {
      await this.#connection.send('Target.setAutoAttach', ATTACH_TARGETS, options);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }
}

/**
 * A session of one's own on a worker, over a connection of its own: what it started in the worker's isolate ends with it
 * and with nothing else. Resolves to undefined if no such worker lives.
 */
export async function openWorker(
  url: string,
  threadId: number,
  options: OpenOptions = {},
): Promise<Session | undefined> {
  const connection = await openSession(url, options);
  try {
    const workers = await Workers.open(connection, { ...options, only: threadId });
    const session = workers.session(threadId);
    if (session) return new OwnWorkerSession(connection, workers, session);
    await workers.close();
    await connection.close();
    return undefined;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A worker's session that closes its connection with it. */
class OwnWorkerSession implements Session {
  readonly url: string;
  readonly closed: Promise<DetachedError>;
  readonly on: Session['on'];
  readonly send: Session['send'];
  readonly #connection: Session;
  readonly #workers: Workers;

  constructor(connection: Session, workers: Workers, session: Session) {
    this.url = connection.url;
    this.#connection = connection;
    this.#workers = workers;
    this.closed = session.closed;
    this.on = session.on.bind(session);
    this.send = session.send.bind(session);
  }

  get heardBytes(): number {
    return this.#connection.heardBytes;
  }

  async close(): Promise<void> {
    await this.#workers.close();
    await this.#connection.close();
  }

  /** What was begun in the worker goes on until the worker is detached from, which nobody does any more. */
  async leave(): Promise<void> {
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

class WorkerSession implements Session {
  readonly url: string;
  readonly threadId: number | null;
  readonly closed: Promise<DetachedError>;
  readonly #connection: Session;
  readonly #sessionId: string;
  readonly #events = new EventEmitter();
  readonly #calls = new Calls();
  /** Events heard by the flattened session, with what stops that. */
  readonly #heardDirectly = new Map<string, () => void>();
  readonly #answers = new Map<number, (message: Answered) => void>();
  /** Those that are taken unread. */
  readonly #unread = new Map<number, (answer: AnswerBytes) => void>();
  readonly #long = new LongFrames();
  #lastId = 0;
  /** The flattened session of the same worker, where there is one. */
  #directId: string | undefined;
  #settleClosed!: (error: DetachedError) => void;

  constructor(connection: Session, sessionId: string, threadId: number | null) {
    this.url = connection.url;
    this.threadId = threadId;
    this.#connection = connection;
    this.#sessionId = sessionId;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
  }

  get heardBytes(): number {
    return this.#connection.heardBytes;
  }

  /** From now on speaks and hears by a flattened session. */
  goDirect(sessionId: string): void {
    this.#directId = sessionId;
    for (const event of this.#events.eventNames()) this.#hearDirectly(String(event));
  }

  /** What ends it from outside, and what it has begun. */
  get farewell(): { method: string; params: object; sessionId?: string }[] {
    const sessionId = this.#directId;
    const detach = { method: 'NodeWorker.detach', params: { sessionId: this.#sessionId } };
    return sessionId === undefined ? [detach] : [{ method: 'HeapProfiler.disable', params: {}, sessionId }, detach];
  }

  send(method: string, params: object = {}, options: SendOptions = {}): Promise<never> {
    const sessionId = this.#directId;
    if (sessionId !== undefined) {
      return this.#calls.make(method, options, (answer) => {
        this.#connection
          .send(method, params, { sessionId, ...(options.asBytes && { asBytes: true }) })
          .then((result) => answer.result(result as object), answer.failed);
      }) as Promise<never>;
    }
    const id = ++this.#lastId;
    const call = this.#calls.make(method, options, (answer) => {
      this.#answers.set(id, ({ result, error }) => {
        if (error) answer.refused(error.code, error.message);
        else answer.result(options.asBytes ? bytesOfAnswer(result ?? {}) : (result ?? {}));
      });
      if (options.asBytes) this.#unread.set(id, (bytes) => answer.result(bytes));
      this.#post({ id, method, params }).catch(answer.failed);
    });
    // a call that was given up leaves nobody to answer to
    const forget = () => {
      this.#answers.delete(id);
      this.#unread.delete(id);
    };
    return call.finally(forget) as Promise<never>;
  }

  on(event: string, listener: (params: never) => void): () => void {
    const hear = (params: unknown) => listener(params as never);
    this.#hearDirectly(event);
    this.#events.on(event, hear);
    return () => this.#events.off(event, hear);
  }

  /** As OwnWorkerSession's. */
  async leave(): Promise<void> {
    this.end('the session was left here');
  }

  async close(): Promise<void> {
    this.end('the session was closed here');
    const sessionId = this.#directId;
    await whenFree(this.#connection.url, async () => {
      const tell = (method: string, params: object, options: SendOptions) =>
        letGo(this.#connection.send(method, params, { timeoutMs: RELEASE_MS, ...options }));
      // nothing ends a flattened session: what it began and holds in the worker is ended instead
      const ending = sessionId === undefined ? undefined : tell('HeapProfiler.disable', {}, { sessionId });
      await Promise.all([ending, tell('NodeWorker.detach', { sessionId: this.#sessionId }, {})]);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Takes a message of the worker. */
  hear(text: string): void {
    try {
      const unread = this.#unread.get(answerId(text));
      if (unread) {
        unread(bytesOfAnswer(text));
        return;
      }
      if (isShort(text)) this.#take(messageOf(text));
      else
        this.#long.read(Buffer.from(text)).then(
          (message) => this.#take(message),
          (error) => this.#refuse(error),
        );
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(message: ReturnType<typeof messageOf>): void {
    if (message === null) return;
    if ('id' in message) this.#answers.get(message.id)?.(message);
    else this.#events.emit(message.method, message.params);
  }

  #refuse(error: unknown): void {
    this.end(`it sent ${error instanceof FrameError ? error.message : `what could not be taken (${error})`}`);
  }

  /** Rejects what is pending and settles `closed`. */
  end(reason: string): void {
    this.endWith(new DetachedError(`Detached from worker ${this.threadId ?? `session ${this.#sessionId}`}: ${reason}`));
  }

  endWith(error: DetachedError): void {
    for (const off of this.#heardDirectly.values()) off();
    this.#heardDirectly.clear();
    this.#calls.end(error);
    this.#settleClosed(error);
  }

  /** Hears an event by the flattened session too, once. */
  #hearDirectly(event: string): void {
    if (this.#directId === undefined || this.#heardDirectly.has(event)) return;
    const hear = (params: unknown) => this.#events.emit(event, params);
    this.#heardDirectly.set(event, this.#connection.on(`${event}.${this.#directId}`, hear));
  }

  async #post(message: { id: number; method: string; params: object }): Promise<void> {
    const params = { sessionId: this.#sessionId, message: JSON.stringify(message) };
    await this.#connection.send('NodeWorker.sendMessageToWorker', params);
  }
}

type Answered = Extract<ReturnType<typeof messageOf>, { id: number }>;

/** Hears an event of the shape that it must have; one of another shape is not ours to understand and is passed over. */
function hear<T>(connection: Session, event: string, shape: z.ZodType<T>, listener: (params: T) => void): () => void {
  return connection.on(event, (params) => {
    const parsed = shape.safeParse(params);
    if (parsed.success) listener(parsed.data);
  });
}

/** A target that has gone keeps nothing of ours; one that does not answer is out of reach; any other failure counts. */
async function letGo(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof DetachedError || (error instanceof DOMException && error.name === 'TimeoutError')) return;
    if (isUnknownMethod(error)) return; // Deno knows one half of the domain
    throw error;
  }
}
