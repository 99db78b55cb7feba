/** A session on the main thread of the process that we are in, as session.ts has one for a socket. */
import type { Session as InspectorSession } from 'node:inspector';
import { DetachedError } from '../base/errors.ts';
import { bytesOfAnswer } from './answer.ts';
import { Calls, type SendOptions } from './calls.ts';
import { whenFree } from './hold.ts';
import {
  ask,
  connectToMain,
  disconnect,
  IN_PROCESS,
  type MainAnswer,
  type Notification,
  onEvent,
} from './in-process.ts';
import type { ConnectionSession, Unread } from './session.ts';

/** How long an answer may be due before a trifle is asked, which a main thread answers in the middle of a computation too. */
const OWED_MS = 1_000;

/** Sessions that were left, so that nothing collects them. */
const left = new Set<InspectorSession>();

export class InProcessSession implements ConnectionSession {
  readonly url = IN_PROCESS;
  whyGone: (() => string | undefined) | undefined;
  readonly closed: Promise<DetachedError>;
  heardBytes = 0;
  readonly #session: InspectorSession;
  readonly #calls = new Calls();
  readonly #listeners = new Map<string, Set<(params: never) => void>>();
  readonly #unread = new Map<string, Set<Unread>>();
  readonly #looking: NodeJS.Timeout;
  /** Commands that are not answered yet. */
  #owed = 0;
  #heardAtMs = performance.now();
  /** When a trifle was asked that is not answered yet. */
  #askedAtMs: number | undefined;
  #settleClosed!: (error: DetachedError) => void;

  /** @throws AttachError */
  constructor() {
    this.#session = connectToMain();
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    onEvent(this.#session, (event) => this.#hear(event));
    this.#looking = setInterval(() => this.#look(), OWED_MS).unref();
  }

  send(method: string, params: object = {}, options: SendOptions = {}): Promise<never> {
    const call = this.#calls.make(method, options, (answer) => {
      this.#ask(method, params, {
        ...answer,
        result: (value) => answer.result(options.asBytes ? bytesOfAnswer(value) : value),
        failed: (error) => answer.failed(this.#detached('its session is closed', error)),
      });
    });
    return call as Promise<never>;
  }

  on(event: string, listener: (params: never) => void): () => void {
    return added(this.#listeners, event, listener);
  }

  onFrames(event: string, listener: Unread): () => void {
    return added(this.#unread, event, listener);
  }

  get silentMs(): number {
    return this.#askedAtMs === undefined ? 0 : performance.now() - Math.max(this.#askedAtMs, this.#heardAtMs);
  }

  giveUp(reason: string): void {
    this.#end(reason);
    disconnect(this.#session);
  }

  async close(): Promise<void> {
    const reason = 'the session was closed here';
    this.#settleClosed(this.#detached(reason));
    await whenFree(this.url, async () => this.giveUp(reason));
  }

  /** What it has begun goes on until the process ends. */
  async leave(): Promise<void> {
    this.#end('the session was left here');
    left.add(this.#session);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(method: string, params: object, answer: MainAnswer): void {
    this.#owed++;
    const heard = () => {
      this.#owed--;
      this.#heardAtMs = performance.now();
      return answer;
    };
    ask(this.#session, method, params, {
      result: (value) => heard().result(value),
      refused: (code, reason) => heard().refused(code, reason),
      failed: (error) => heard().failed(error),
    });
  }

  /** Whatever a listener throws ends the session, and nothing else. */
  #hear({ method, params = {} }: Notification): void {
    this.#heardAtMs = performance.now();
    try {
      const unread = this.#unread.get(method);
      if (unread) {
        const bytes = new TextEncoder().encode(JSON.stringify({ method, params }));
        this.heardBytes += bytes.length;
        for (const hear of [...unread]) hear(bytes);
      }
      for (const hear of [...(this.#listeners.get(method) ?? [])]) hear(params as never);
    } catch (error) {
      this.giveUp(`it sent what could not be taken (${error})`);
    }
  }

  /** Nothing is asked of a main thread that owes nothing. */
  #look(): void {
    if (this.#owed === 0 || this.#askedAtMs !== undefined) return;
    this.#askedAtMs = performance.now();
    const done = () => {
      this.#askedAtMs = undefined;
    };
    this.#ask('Runtime.getIsolateId', {}, { result: done, refused: done, failed: done });
  }

  #end(reason: string): void {
    clearInterval(this.#looking);
    const error = this.#detached(reason);
    this.#calls.end(error);
    this.#settleClosed(error);
  }

  #detached(reason: string, cause?: Error): DetachedError {
    return new DetachedError(`Detached from the process itself: ${reason}`, cause && { cause });
  }
}

function added<L>(all: Map<string, Set<L>>, event: string, listener: L): () => void {
  const listeners = all.get(event) ?? new Set();
  all.set(event, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && all.get(event) === listeners) all.delete(event);
  };
}
