/**
 * A client of a collector's stream that connects, and connects again, by itself. It runs in browsers and in Node.
 *
 *     const client = connect('ws://127.0.0.1:7331');
 *     for await (const event of client.subscribe({ topics: ['partition'], targets: ['api*'] })) …
 *     const { targets } = await client.request('targets', {});
 *
 * One socket carries all subscriptions and requests. When it is lost each subscription goes on after the last event that it
 * got; a request that was under way fails, since nobody knows whether it was done.
 */
import type { StreamEvent } from '../../protocol/events.ts';
import type { Response, ServerFrame, Welcome } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import { type Method, type Params, RequestError, type Result, readResult } from '../../protocol/requests.ts';
import type { Role } from '../../protocol/role.ts';
import { Backoff } from '../base/backoff.ts';
import { Link } from './link.ts';
import type { OpenSocket } from './socket.ts';
import { isFatal, StreamError } from './stream-error.ts';
import { type Selection, Subscription } from './subscription.ts';

/** `waiting`: the connection is lost, or was not to be had, and is tried again. */
export interface ClientState {
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed';
  /** Why it is not open. */
  readonly reason?: string;
  readonly retryInMs?: number;
}

export interface ClientOptions {
  /** Where the collector wants one. Sent in the first frame, never in the address. */
  readonly token?: string | undefined;
  /** Closes the client. */
  readonly signal?: AbortSignal;
  /** Milliseconds for which it may be without a connection before it gives up: before it was ever connected, and after. Default: for ever. */
  readonly firstMs?: number;
  readonly downMs?: number;
  /** What somebody can do about a close code and its reason, for the message: `is a collector listening there?` */
  readonly advise?: (code: number, reason: string) => string;
  /** Told of each change. */
  readonly onState?: (state: ClientState) => void;
  /** Uniform in [0, 1), for the waits between attempts; default Math.random. */
  readonly random?: () => number;
}

interface Call {
  readonly method: Method;
  readonly params: object;
  settle(response: Response): void;
  fail(error: Error): void;
}

export class Client implements AsyncDisposable {
  readonly url: string;
  /** Settles, never rejects, with why it ended; undefined where `close` or the signal did it. */
  readonly closed: Promise<StreamError | undefined>;
  readonly #openSocket: OpenSocket;
  readonly #options: ClientOptions;
  readonly #backoff: Backoff;
  readonly #subscriptions = new Set<Subscription>();
  readonly #waiting: Call[] = [];
  readonly #calls = new Map<string, Call>();
  #settleClosed!: (reason: StreamError | undefined) => void;
  #link: Link | undefined;
  #welcome: Welcome | undefined;
  #replaying: Subscription | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #downSinceMs = performance.now();
  #wasOpen = false;
  #nextId = 1;
  #ended: Error | null = null;

  /** Begins to connect. @param url of the stream, `ws://127.0.0.1:7331/v1/stream` */
  constructor(url: string, openSocket: OpenSocket, options: ClientOptions = {}) {
    this.url = url;
    this.#openSocket = openSocket;
    this.#options = options;
    this.#backoff = new Backoff(options.random ? { random: options.random } : {});
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    const onAbort = () => this.#end(undefined, options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    else this.#connect();
  }

  /** The log of the collector that it is connected to. */
  get log(): string | undefined {
    return this.#welcome?.log;
  }

  /** What it may do there. */
  get role(): Role | undefined {
    return this.#welcome?.role;
  }

  /** On which targets it may have which probes run; absent: no less than its role says, everywhere. */
  get scope(): Welcome['scope'] {
    return this.#welcome?.scope;
  }

  /** Events as they come, from the first iteration on. @throws StreamError, out of the loop, once the client has ended */
  subscribe(selection: Selection): Subscription {
    const subscription = new Subscription(selection, {
      begin: (it) => this.#begin(it),
      leaveOff: (it) => this.#leaveOff(it),
      forget: (it) => this.#subscriptions.delete(it),
    });
    if (this.#ended) subscription.end(this.#ended);
    else this.#subscriptions.add(subscription);
    return subscription;
  }

  /** The newest event of each sort that is selected, by rising offset: the present state. @throws StreamError */
  async state(selection: Omit<Selection, 'from'>): Promise<StreamEvent[]> {
    return await this.subscribe(selection).replay();
  }

  /**
   * Asks the collector for something, as soon as there is a connection.
   * @throws RequestError with its code and message; StreamError where the connection is lost before the answer has come
   */
  async request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    const response = await new Promise<Response>((settle, fail) => {
      if (this.#ended) fail(this.#ended);
      else this.#waiting.push({ method, params, settle, fail });
      this.#ask();
    });
    if ('error' in response) throw new RequestError(response.error.code, response.error.message);
    return readResult(method, response.result);
  }

  /** Ends all subscriptions; what came is still read. */
  close(): Promise<StreamError | undefined> {
    this.#end(undefined);
    return this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #connect(): void {
    this.#tell({ state: 'connecting' });
    this.#link = new Link(this.url, this.#openSocket, this.#options.token, {
      welcome: (frame) => this.#open(frame),
      frame: (frame, length) => this.#receive(frame, length),
      closed: (code, reason) => this.#lost(code, reason),
    });
  }

  #open(welcome: Welcome): void {
    this.#welcome = welcome;
    this.#wasOpen = true;
    this.#tell({ state: 'open' });
    for (const subscription of this.#subscriptions) if (subscription.wireId !== null) this.#subscribe(subscription);
    this.#ask();
  }

  /** A reader is there and has read all: it is time to have more. */
  #begin(subscription: Subscription): void {
    subscription.wireId = '';
    if (this.#welcome) this.#subscribe(subscription);
  }

  #subscribe(subscription: Subscription): void {
    subscription.wireId = `${this.#nextId++}`;
    subscription.subscribed = false;
    const { wireId, selection } = subscription;
    this.#link?.send({ type: 'subscribe', id: wireId, ...selection });
    if (!selection.from) this.#awaitReplay(subscription, wireId);
  }

  /** What is asked after a subscription is answered after its replay: then it is where `subscribed` said. */
  #awaitReplay(subscription: Subscription, wireId: string): void {
    const settle = () => {
      if (subscription.wireId === wireId) subscription.replayEnded();
    };
    // a connection that is lost before begins the subscription anew
    this.#waiting.unshift({ method: 'targets', params: {}, settle, fail: () => {} });
    this.#ask();
  }

  #leaveOff(subscription: Subscription): void {
    const id = subscription.wireId;
    subscription.wireId = null;
    subscription.subscribed = false;
    if (this.#welcome && id) this.#link?.send({ type: 'unsubscribe', id });
  }

  #receive(frame: ServerFrame, length: number): void {
    // the collector answers: what it said before was not a fluke
    this.#backoff.reset();
    switch (frame.type) {
      case 'welcome':
      case 'unsubscribed':
        return;
      case 'response':
        this.#answer(frame);
        return;
      case 'subscribed':
        this.#replaying = this.#byWireId(frame.id);
        this.#replaying?.begun({ log: frame.log, offset: frame.offset });
        return;
      case 'gap':
        this.#byWireId(frame.id)?.missed(frame, length);
        return;
      default:
        this.#deliver(frame, length);
    }
  }

  #deliver(event: StreamEvent, length: number): void {
    const { log } = this.#welcome as Welcome;
    if (event.replay) {
      if (this.#replaying?.subscribed) this.#replaying.replayed(event, log, length);
      return;
    }
    for (const subscription of this.#subscriptions) {
      if (subscription.subscribed) subscription.happened(event, log, length);
    }
  }

  #byWireId(id: string): Subscription | undefined {
    return [...this.#subscriptions].find(({ wireId }) => wireId === id);
  }

  /** Sends what waits, as many as the collector takes at a time. */
  #ask(): void {
    while (this.#welcome && this.#calls.size < limits.maxPendingRequests) {
      const call = this.#waiting.shift();
      if (!call) return;
      const id = `${this.#nextId++}`;
      this.#calls.set(id, call);
      this.#link?.send({ type: 'request', id, method: call.method, params: { ...call.params } });
    }
  }

  #answer(response: Response): void {
    this.#calls.get(response.id)?.settle(response);
    this.#calls.delete(response.id);
    this.#ask();
  }

  #lost(code: number, reason: string): void {
    if (this.#welcome) this.#downSinceMs = performance.now();
    this.#welcome = undefined;
    this.#replaying = undefined;
    for (const subscription of this.#subscriptions) subscription.subscribed = false;
    const advice = this.#wasOpen ? undefined : this.#options.advise?.(code, reason);
    const what = `${this.#wasOpen ? 'Lost' : 'Cannot follow'} ${this.url}: ${reason}`;
    const error = new StreamError(advice === undefined ? what : `${what}; ${advice}`, code);
    for (const call of this.#calls.values()) call.fail(error);
    this.#calls.clear();
    const { firstMs = Number.POSITIVE_INFINITY, downMs = Number.POSITIVE_INFINITY } = this.#options;
    const patienceMs = this.#wasOpen ? downMs : firstMs;
    if (isFatal(code) || performance.now() - this.#downSinceMs >= patienceMs) {
      this.#end(error);
      return;
    }
    const retryInMs = this.#backoff.next();
    this.#tell({ state: 'waiting', reason: error.message, retryInMs });
    this.#timer = setTimeout(() => this.#connect(), retryInMs);
  }

  /** @param reason what requests fail with, where nothing went wrong */
  #end(error: StreamError | undefined, reason?: unknown): void {
    if (this.#ended) return;
    const left = reason instanceof Error ? reason : new StreamError(`Left ${this.url}: the client was closed`);
    this.#ended = error ?? left;
    clearTimeout(this.#timer);
    this.#welcome = undefined;
    this.#link?.close();
    for (const subscription of this.#subscriptions) subscription.end(error);
    this.#subscriptions.clear();
    for (const call of [...this.#calls.values(), ...this.#waiting.splice(0)]) call.fail(this.#ended);
    this.#calls.clear();
    this.#tell({ state: 'closed', reason: this.#ended.message });
    this.#settleClosed(error);
  }

  #tell(state: ClientState): void {
    this.#options.onState?.(state);
  }
}
