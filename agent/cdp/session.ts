/**
 * One CDP connection to one target: typed send, events, `closed`, dispose. The only file that knows chrome-remote-interface.
 *
 *     socket ──> frame guard ──> chrome-remote-interface (ids, events) ──> Calls (whose promise is whose)
 *
 * chrome-remote-interface parses whatever comes, inside the socket's event, and lets 256 MiB of it come: a target that
 * sends rubbish would end our process. So the socket is ours: a frame that is too large or no JSON object ends the session.
 *
 * A connection is closed only when nothing is under way on it. Node 18, 20 and 22 die of a segmentation fault if the end of
 * a socket and a message for it meet in one turn of the inspector's thread (WsHandler::Write without its TcpHolder): 18 of
 * 3,000 connections that were cut with an answer due killed a Node 20, none of 3,000 that were cut when it had come. Where we
 * cannot wait for it, because we die or the target is stopped, a standby does (session-standby.ts).
 */
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import Chrome from 'chrome-remote-interface/lib/chrome.js';
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';
import WebSocket from 'ws';
import { reasonOf } from '../../protocol/reason.ts';
import { AttachError, DetachedError, ProtocolError } from '../base/errors.ts';
import { atMost } from '../base/waiting.ts';
import { type AnswerBytes, answerId, bytesOfAnswer } from './answer.ts';
import { Calls, type PendingCall, type SendOptions } from './calls.ts';
import { Flood, type FrameHead, headOf, UNREAD_BYTES } from './flood.ts';
import { FrameError, type Message, messageOf } from './frame.ts';
import { whenFree } from './hold.ts';
import { keepOpen } from './keeper.ts';
import { LongFrames } from './long-frame.ts';
import { isReadable } from './readable.ts';
import { refusalOf } from './refusal.ts';
import { type HeldSocket, holdSocket } from './session-standby.ts';
import { Standby, type StandbyJob } from './standby.ts';

export type { SendOptions };
export { AttachError, DetachedError, ProtocolError };

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

/** What a probe runs on: the main isolate's connection, or a worker's channel through it. */
export interface Session extends AsyncDisposable {
  /** The inspector's address. */
  readonly url: string;
  /**
   * Sends a command and gives its result. Rejects with `ProtocolError` (the target refused; the message names the method),
   * `DetachedError` at once when the target goes, or the reason of `signal`.
   */
  send<M extends keyof Commands>(
    method: M,
    params?: Commands[M]['paramsType'][0],
    options?: SendOptions,
  ): Promise<Commands[M]['returnType']>;
  /** The same, and the result comes unread, however long it is. */
  send(method: string, params: object, options: SendOptions & { asBytes: true }): Promise<AnswerBytes>;
  /** As `send`, for domains that devtools-protocol does not know (NodeWorker, NodeRuntime, NodeTracing). */
  send(method: string, params?: object, options?: SendOptions): Promise<unknown>;
  /** Calls `listener` on each event; returns what removes it. What it throws ends the session. On a connection, `event.sessionId` is that of a flattened session. */
  on<E extends keyof Events>(event: E, listener: (params: Events[E][0]) => void): () => void;
  on(event: string, listener: (params: unknown) => void): () => void;
  /** Bytes of all frames that have come over its connection. */
  readonly heardBytes: number;
  /** Settles once, never rejects, with why the connection ended. */
  readonly closed: Promise<DetachedError>;
  /** Gives the session up; its socket stays while object ids of the process are held (hold.ts). */
  close(): Promise<void>;
  /** Gives the session up and leaves it to a process of its own until the target ends, or nobody samples it (keeper.ts). */
  leave(): Promise<void>;
}

/** The session of a connection of its own. */
export interface ConnectionSession extends Session {
  /** As `on`, and the events come unread, as the bytes of their frames. */
  onFrames(event: string, listener: Unread): () => void;
  /** What else is known of why the connection has ended by itself, asked when it has; undefined: nothing. */
  whyGone: (() => string | undefined) | undefined;
  /** Milliseconds for which a trifle has not been answered and nothing else has come; 0: the target answers. */
  readonly silentMs: number;
  /** Ends the session with a target that is silent: answers that still come are taken by a process of its own (standby.ts). */
  giveUp(reason: string): void;
}

export interface OpenOptions {
  signal?: AbortSignal;
  /** Milliseconds until the target must have accepted the connection and answered a first command; default 5,000. */
  timeoutMs?: number;
  /** Bytes of the largest frame that is taken; default 32 MiB. A larger one ends the session. */
  maxFrameBytes?: number;
}

const TIMEOUT_MS = 5_000;
const MAX_FRAME_BYTES = 32 * 2 ** 20;
/** How long a closing handshake may take before the socket is cut. */
const CLOSE_MS = 500;
/** How long an answer that is still due keeps a connection from closing; a target that is silent for longer sends none just then. */
const ANSWERS_MS = 2_000;
/** The same of a process that is ending and waits for us. */
const ENDING_ANSWERS_MS = 1_000;
/**
 * How long nothing is said before a trifle is asked, so that no proxy takes the connection for idle (they cut after a minute,
 * some after seconds). Node's inspector ends a connection at a WebSocket's own ping.
 */
export const IDLE_MS = 1_000;
/** The same while one is not answered yet: a target in the middle of a snapshot, or of a long function, answers when that is over. */
export const UNANSWERED_MS = 2_000;
/** How a connection is parted from that somebody else takes over: with the next answer. */
const PARTING: StandbyJob = {
  ask: JSON.stringify({ id: 2 ** 30, method: 'Runtime.getIsolateId' }),
  answer: `{"id":${2 ** 30},`,
  farewell: [],
  remove: [],
  maxBytes: Number.MAX_SAFE_INTEGER,
};
/** How long a silent peer is believed to be there, before TCP asks (a half-open link says nothing by itself). */
const KEEP_ALIVE_MS = 15_000;

/**
 * Connects to an inspector's `ws://` address. The first thing said on the connection asks for a notice when the process wants
 * to end (an attached client otherwise holds up every exit), and the socket is cut the moment it does.
 * @throws AttachError with one line that says what is there instead of an inspector.
 */
export async function openSession(url: string, options: OpenOptions = {}): Promise<ConnectionSession> {
  const { signal, timeoutMs = TIMEOUT_MS, maxFrameBytes = MAX_FRAME_BYTES } = options;
  signal?.throwIfAborted();
  const where = new URL(url).host;
  const deadlineAtMs = performance.now() + timeoutMs;
  const client = await connect(url, { timeoutMs, maxFrameBytes, ...(signal && { signal }) }).catch((cause) => {
    signal?.throwIfAborted();
    throw new AttachError(`Cannot attach to ${where}: ${refusalOf(cause, timeoutMs)}`, { cause });
  });
  const session = new ClientSession(client, url);
  cutTogether(session);
  try {
    await askToBeToldOfTheEnd((method, params) =>
      session.send(method, params, {
        timeoutMs: Math.max(1, deadlineAtMs - performance.now()),
        ...(signal && { signal }),
      }),
    );
    return session;
  } catch (cause) {
    session.cut('it could not be attached to');
    signal?.throwIfAborted();
    throw new AttachError(`Cannot attach to ${where}: ${firstCallFailure(cause, timeoutMs)}`, { cause });
  }
}

/**
 * Has these frames sent by the session's standby, should we die: what ends what the session has begun beyond itself. They
 * take the place of those before; without a standby there is nobody to send them.
 */
export function setFarewell(session: Session, frames: readonly string[]): void {
  if (session instanceof ClientSession) session.setFarewell(frames);
}

/**
 * Only Node (and Deno) hold up their end for us, and tell of it; a page that is closed simply goes.
 * @throws what `send` throws, but for a target that does not know the question
 */
export async function askToBeToldOfTheEnd(send: (method: string, params: object) => Promise<unknown>): Promise<void> {
  try {
    await send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true });
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
  }
}

/** Whether a target has refused a command because it does not know it. */
export function isUnknownMethod(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === UNKNOWN_METHOD;
}

const UNKNOWN_METHOD = -32601;

/**
 * Open sessions by address. A process that ends waits for all of them and tells each, but a socket that has just carried an
 * answer comes up to 40 ms late (Nagle): so the first to hear cuts all.
 */
const sessions = new Map<string, Set<ClientSession>>();

function cutTogether(session: ClientSession): void {
  const { url } = session;
  const group = sessions.get(url) ?? new Set();
  sessions.set(url, group.add(session));
  session.on('NodeRuntime.waitingForDisconnect', () => {
    for (const each of group) void each.letEnd('the process is ending', each === session);
  });
  void session.ended.then(() => {
    group.delete(session);
    if (group.size === 0 && sessions.get(url) === group) sessions.delete(url);
  });
}

class ClientSession implements ConnectionSession {
  readonly url: string;
  whyGone: (() => string | undefined) | undefined;
  readonly closed: Promise<DetachedError>;
  /** Settles with the connection itself, which may outlive a session that was closed here. */
  readonly ended: Promise<unknown>;
  readonly #client: Client;
  readonly #where: string;
  readonly #calls = new Calls();
  /** Under way since the process has said that it ends. */
  #parting: Promise<void> | undefined;
  #settleClosed!: (error: DetachedError) => void;

  constructor(client: Client, url: string) {
    this.url = url;
    this.ended = client.ended;
    this.#client = client;
    this.#where = new URL(url).host;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    void client.ended.then((reason) => this.#end([reason, this.whyGone?.()].filter(Boolean).join('; ')));
  }

  send(method: string, params: object = {}, options: SendOptions = {}): Promise<never> {
    const { sessionId, asBytes = false } = options;
    const call = this.#calls.make(method, options, (answer) => {
      const reply: Reply = (failed, response) =>
        tell(answer, failed, asBytes && !failed ? bytesOfAnswer(response as object) : response);
      this.#client.ask(method, params, { sessionId, asBytes }, reply);
    });
    return call as Promise<never>;
  }

  on(event: string, listener: (params: never) => void): () => void {
    // the client tells of a flattened session's event twice: by its name, and by its name with the session's id
    const hear = (params: unknown, sessionId?: string) => {
      if (sessionId === undefined || event.endsWith(`.${sessionId}`)) listener(params as never);
    };
    return this.#client.listen(event, hear);
  }

  onFrames(event: string, listener: Unread): () => void {
    return this.#client.listenUnread(event, listener);
  }

  get heardBytes(): number {
    return this.#client.heardBytes;
  }

  get silentMs(): number {
    return this.#client.silentMs;
  }

  giveUp(reason: string): void {
    this.#end(reason);
    this.#client.giveUp();
  }

  async close(): Promise<void> {
    const reason = 'the session was closed here';
    this.#settleClosed(this.#detached(reason));
    await whenFree(this.url, async () => {
      this.#end(reason);
      await (this.#parting ?? this.#client.quiet(ANSWERS_MS));
      await this.#client.shut();
    });
  }

  /**
   * Lets go of a process that ends, which waits for it: as soon as nothing is under way. To a session that has not heard of the
   * end the news of it are: Node 20 dies of SIGSEGV (TcpHolder::WriteRaw) where it writes them to a socket that has gone. A
   * question brings them at once, since it acknowledges what came before; it is the last one.
   */
  letEnd(reason: string, hasHeard: boolean): Promise<void> {
    this.#end(reason);
    this.#parting ??= this.#part(hasHeard);
    return this.#parting;
  }

  async #part(hasHeard: boolean): Promise<void> {
    if (!hasHeard || !this.#client.isQuiet) await this.#client.caughtUp(ENDING_ANSWERS_MS);
    this.#client.cut();
  }

  async leave(): Promise<void> {
    this.#end('the session was left here');
    await this.#client.quiet(ANSWERS_MS);
    this.#client.leave();
  }

  setFarewell(frames: readonly string[]): void {
    this.#client.setFarewell(frames);
  }

  /** Ends the connection in this very tick, without a closing handshake: only of a peer that has answered nothing. */
  cut(reason: string): void {
    this.#end(reason);
    this.#client.cut();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #end(reason: string): void {
    const error = this.#detached(reason);
    this.#calls.end(error);
    this.#settleClosed(error);
  }

  #detached(reason: string): DetachedError {
    return new DetachedError(`Detached from ${this.#where}: ${reason}`);
  }
}

/** Where `takesBytes` is set, the response of an answer that is no refusal is its frame. */
interface Reply {
  (failed: boolean | Error, response: unknown): void;
  takesBytes?: boolean;
}

/** Takes the bytes of a frame, which are its own. */
type Unread = (frame: Uint8Array<ArrayBuffer>) => void;

interface Asking {
  readonly sessionId?: string | undefined;
  readonly asBytes?: boolean;
}

interface ConnectOptions {
  timeoutMs: number;
  maxFrameBytes: number;
  signal?: AbortSignal;
}

async function connect(url: string, options: ConnectOptions): Promise<Client> {
  const notifier = new EventEmitter();
  const connected = once(notifier, 'connect');
  const client = new Client(url, notifier, options);
  await connected;
  return client;
}

/** chrome-remote-interface's client on a socket that is bounded and guarded. */
class Client extends Chrome {
  /** Settles with why the connection ended. */
  readonly ended: Promise<string>;
  heardBytes = 0;
  readonly #options: ConnectOptions;
  #socket: WebSocket | undefined;
  /** What the WebSocket speaks on. */
  #tcp: Socket | undefined;
  /** A copy of it in other hands. */
  #held: HeldSocket | undefined;
  #settleEnded!: (reason: string) => void;
  /** Commands that are not answered yet, still awaited or not. */
  #unanswered = 0;
  #saidAtMs = 0;
  #heardAtMs = 0;
  /** When a trifle was asked that is not answered yet. */
  #askedAtMs: number | undefined;
  #stayingAlive: NodeJS.Timeout | undefined;
  #onQuiet: () => void = () => {};
  /** How many listen to each event, by its method. */
  readonly #heard = new Map<string, number>();
  /** Who takes an event's frames unread. */
  readonly #unread = new Map<string, Set<Unread>>();
  readonly #long = new LongFrames();
  readonly #flood = new Flood();

  constructor(url: string, notifier: EventEmitter, options: ConnectOptions) {
    super({ target: url, protocol: { version: { major: '1', minor: '3' }, domains: [] } }, notifier);
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  /** Sends a command; `reply` is called once, with an error at the latest when the connection ends. */
  ask(method: string, params: object, { sessionId, asBytes = false }: Asking, reply: Reply): void {
    this.#unanswered++;
    this.#saidAtMs = performance.now();
    const heard: Reply = (failed, response) => {
      if (--this.#unanswered === 0) this.#onQuiet();
      reply(failed, response);
    };
    heard.takesBytes = asBytes;
    if (sessionId === undefined) this.send(method, params, heard);
    else this.send(method, params, sessionId, heard);
  }

  /** Calls `hear` on each event of that name, which may end in a flattened session's id; returns what removes it. */
  listen(event: string, hear: (params: unknown, sessionId?: string) => void): () => void {
    const [domain = '', name = ''] = event.split('.', 2);
    const method = `${domain}.${name}`;
    this.#heard.set(method, (this.#heard.get(method) ?? 0) + 1);
    this.on(event, hear);
    return () => {
      const left = (this.#heard.get(method) ?? 1) - 1;
      if (left === 0) this.#heard.delete(method);
      else this.#heard.set(method, left);
      this.off(event, hear);
    };
  }

  /** The same, unread; who hears an event so is alone with others who do. */
  listenUnread(event: string, hear: Unread): () => void {
    const all = this.#unread.get(event) ?? new Set();
    this.#unread.set(event, all.add(hear));
    return () => {
      all.delete(hear);
      if (all.size === 0 && this.#unread.get(event) === all) this.#unread.delete(event);
    };
  }

  get isQuiet(): boolean {
    return this.#unanswered === 0;
  }

  /** Resolves when nothing is under way any more, or after that time. */
  async quiet(ms: number): Promise<void> {
    await this.#inTime(ms, async () => {
      await this.caughtUp(ms);
      if (this.#unanswered === 0) return;
      await new Promise<void>((resolve) => {
        this.#onQuiet = resolve;
      });
    });
  }

  /**
   * Resolves when what the target has sent until now has come, or after that time: answers and events come before the answer
   * to what is asked after them. (Not those that wait for the event loop: a promise's, `collectGarbage`.)
   */
  async caughtUp(ms: number): Promise<void> {
    await this.#inTime(ms, () => new Promise((resolve) => this.ask('Runtime.getIsolateId', {}, {}, () => resolve())));
  }

  async #inTime(ms: number, work: () => Promise<void>): Promise<void> {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    await atMost(ms, Promise.race([work(), this.ended]));
  }

  setFarewell(frames: readonly string[]): void {
    this.#held?.farewell(frames);
  }

  /** Says goodbye and waits for the socket's end, but not for long; where an answer is due, the standby waits for it. */
  async shut(): Promise<void> {
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    if (!this.isQuiet && this.#held) return this.giveUp();
    const cut = setTimeout(() => socket.terminate(), CLOSE_MS);
    socket.close();
    await once(socket, 'close');
    clearTimeout(cut);
  }

  cut(): void {
    this.#socket?.terminate();
  }

  /** Nothing may be under way. */
  leave(): void {
    const socket = this.#tcp;
    if (socket && !socket.destroyed) keepOpen(socket);
    this.cut();
  }

  get silentMs(): number {
    return this.#askedAtMs === undefined ? 0 : performance.now() - Math.max(this.#askedAtMs, this.#heardAtMs);
  }

  /** Its end could meet an answer that still comes: so it ends when that has come. */
  giveUp(): void {
    const socket = this.#tcp;
    // the keys of a TLS connection end with us
    if (this.#held) this.#held.takeOver();
    else if (socket && !socket.destroyed && !(socket instanceof TLSSocket)) Standby.start(socket, PARTING).takeOver();
    this.cut();
  }

  protected override _connectToWebSocket(): Promise<void> {
    const { timeoutMs, maxFrameBytes, signal } = this.#options;
    const socket = new WebSocket(this.webSocketUrl, {
      handshakeTimeout: timeoutMs,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
    });
    const onAbort = () => socket.terminate();
    signal?.addEventListener('abort', onAbort);
    this._ws = socket;
    this.#socket = socket;
    socket.on('upgrade', (response) => {
      response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
      this.#tcp = response.socket;
      // the keys of a TLS connection end with us
      if (!(response.socket instanceof TLSSocket)) this.#held = holdSocket(response.socket);
    });
    socket.on('message', (data: Buffer, isBinary) => this.#hear(data, isBinary));
    socket.on('close', (code) => {
      clearInterval(this.#stayingAlive);
      this.#held?.release();
      this.#settleEnded(`the process or its connection has gone (socket closed with code ${code})`);
    });
    return new Promise((resolve, reject) => {
      socket.once('open', () => {
        signal?.removeEventListener('abort', onAbort);
        this.#stayingAlive = setInterval(() => this.#stayAlive(), IDLE_MS).unref();
        resolve();
      });
      socket.on('error', (error: Error & { code?: string }) => {
        this.#breakOff(faultOf(error, maxFrameBytes));
        reject(error);
      });
    });
  }

  /** Whatever goes wrong here comes of what the target sent: it ends its session, and nothing else. */
  #hear(frame: Buffer, isBinary: boolean): void {
    // frames that were on their way when the connection was broken off
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.heardBytes += frame.length;
    this.#heardAtMs = performance.now();
    try {
      if (isBinary) throw new FrameError('a binary frame');
      const head = headOf(frame);
      const isAsked = this.#isAsked(head);
      const flood = this.#flood.count(frame.length, isAsked);
      if (flood !== undefined) throw new FrameError(flood);
      if (!isAsked && frame.length > UNREAD_BYTES) return;
      if (head && 'id' in head && this.#reply(head.id)?.takesBytes && answerId(frame) === head.id) {
        this._handleMessage({ id: head.id, result: frame });
        return;
      }
      const unread = head && 'method' in head ? this.#unread.get(head.method) : undefined;
      if (unread) {
        for (const hear of [...unread]) hear(new Uint8Array(frame));
        return;
      }
      if (isReadable(frame, head)) this.#take(messageOf(frame.toString()));
      else
        this.#long.read(frame).then(
          (message) => this.#takeLate(message),
          (error) => this.#refuse(error),
        );
    } catch (error) {
      this.#refuse(error);
    }
  }

  #take(message: Message | null): void {
    if (message) this._handleMessage(message);
  }

  #takeLate(message: Message | null): void {
    try {
      if (this.#socket?.readyState === WebSocket.OPEN) this.#take(message);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    this.#breakOff(`it sent ${error instanceof FrameError ? error.message : `what could not be taken (${error})`}`);
  }

  /** Whether somebody waits for a frame; true where its first bytes do not tell. */
  #isAsked(head: FrameHead | undefined): boolean {
    if (head === undefined) return true;
    if ('method' in head) return this.#heard.has(head.method) || this.#unread.has(head.method);
    return this.#reply(head.id) !== undefined;
  }

  #reply(id: number): Reply | undefined {
    return this._callbacks[id];
  }

  /** One that owes us the answer is not asked for another. */
  #stayAlive(): void {
    const nowMs = performance.now();
    const quietMs = nowMs - Math.max(this.#saidAtMs, this.#heardAtMs);
    if (quietMs < (this.#askedAtMs === undefined ? IDLE_MS : UNANSWERED_MS)) return;
    this.#askedAtMs ??= nowMs;
    this.ask('Runtime.getIsolateId', {}, {}, () => {
      this.#askedAtMs = undefined;
    });
  }

  #breakOff(reason: string): void {
    this.#settleEnded(reason);
    this.#socket?.terminate();
  }
}

function faultOf(error: Error & { code?: string }, maxFrameBytes: number): string {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return `it sent a frame of more than ${maxFrameBytes} bytes`;
  return `it broke the WebSocket protocol (${error.message})`;
}

function tell(answer: PendingCall, failed: boolean | Error, response: unknown): void {
  if (failed instanceof Error) {
    answer.failed(new DetachedError(failed.message, { cause: failed }));
  } else if (failed) {
    const { code, message } = response as { code: number; message: string };
    answer.refused(code, message);
  } else {
    answer.result(response as object);
  }
}

function firstCallFailure(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException) {
    return `it accepted the connection but answered no command within ${timeoutMs} ms, its process may be stopped or blocked`;
  }
  return reasonOf(error);
}
