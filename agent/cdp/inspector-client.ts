/**
 * chrome-remote-interface's client on a socket of ours that is bounded and guarded. The only file that knows
 * chrome-remote-interface.
 *
 * chrome-remote-interface parses whatever comes, inside the socket's event, and lets 256 MiB of it come: a target that
 * sends rubbish would end our process. So the socket is ours: a frame that is too large or no JSON object ends the session.
 */
import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import Chrome from 'chrome-remote-interface/lib/chrome.js';
import WebSocket from 'ws';
import { atMost } from '../base/waiting.ts';
import { answerId } from './answer.ts';
import { Flood, type FrameHead, headOf, UNREAD_BYTES } from './flood.ts';
import { FrameError, type Message, messageOf } from './frame.ts';
import { keepOpen } from './keeper.ts';
import { LongFrames } from './long-frame.ts';
import { isReadable } from './readable.ts';
import type { Unread } from './session.ts';
import { type HeldSocket, holdSocket } from './session-standby.ts';
import { Standby, type StandbyJob } from './standby.ts';

/** How long a closing handshake may take before the socket is cut. */
const CLOSE_MS = 500;
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

/** Where `takesBytes` is set, the response of an answer that is no refusal is its frame. */
export interface Reply {
  (failed: boolean | Error, response: unknown): void;
  takesBytes?: boolean;
}

interface Asking {
  readonly sessionId?: string | undefined;
  readonly asBytes?: boolean;
}

interface ConnectOptions {
  timeoutMs: number;
  maxFrameBytes: number;
  signal?: AbortSignal;
}

export async function connect(url: string, options: ConnectOptions): Promise<InspectorClient> {
  const notifier = new EventEmitter();
  const connected = once(notifier, 'connect');
  const client = new InspectorClient(url, notifier, options);
  await connected;
  return client;
}

export class InspectorClient extends Chrome {
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
