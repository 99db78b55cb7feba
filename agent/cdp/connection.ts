/**
 * A connection of one's own to an inspector, made for one thing: taking a snapshot's chunks as bytes, as fast as they come.
 *
 *     socket ──> frame ──> chunk of the isolate read ──> onChunk
 *                     └──> any other ──> main channel ──> a worker's channel
 *
 * There is no back-pressure: what is not taken swells the target. So nothing here waits, and no chunk becomes a string.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import { AttachError, DetachedError } from '../base/errors.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { sleep } from '../base/waiting.ts';
import { Channel } from './channel.ts';
import { type ChunkDecoder, chunkDecoder } from './chunks.ts';
import { FrameError } from './frame.ts';
import { IDLE_MS, UNANSWERED_MS } from './inspector-client.ts';
import { refusalOf } from './refusal.ts';
import { Standby, type StandbyJob } from './standby.ts';

/** Bytes of the largest frame that is taken. V8's chunks are of 1 MB, of 4 MB at most with every byte escaped twice. */
const MAX_FRAME_BYTES = 64 * 2 ** 20;
/** Bytes of the largest frame that is parsed as JSON, in no time worth speaking of; those that are no chunks have some hundred. */
const MAX_PARSED_BYTES = 8 * 2 ** 20;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a closing handshake may take before the socket is cut. */
const CLOSE_MS = 500;
/** How long a target that sends a snapshot to nobody may pause before it is left to the standby. */
const SILENCE_MS = 60_000;
/** The same of one whose snapshot cannot be read: a pause between two of a target's chunks, and not a stranger's for ever. */
const SHORT_SILENCE_MS = 2_000;
/** How long one that has not begun to send may take to say whether it is in the middle of one. */
const BEGIN_MS = 1_000;
/** How long an answer that is still due keeps the connection from closing. */
const ANSWERS_MS = 2_000;
/** The same of a process that is ending and waits for us. */
const ENDING_ANSWERS_MS = 1_000;
/** How long a silent peer is believed to be there, before TCP asks. */
const KEEP_ALIVE_MS = 15_000;

export type Parting = Omit<StandbyJob, 'remove' | 'maxBytes'>;

/** An id that no call of ours has. */
const ASK_ID = 2 ** 30;

const LAST_QUESTION = JSON.stringify({ id: ASK_ID - 1, method: 'Runtime.getIsolateId' });
const LAST_ANSWER = `"id":${ASK_ID - 1}`;

/** How the main isolate's snapshot is parted from: its ids are released. */
const PARTING: Parting = {
  ask: JSON.stringify({ id: ASK_ID, method: 'HeapProfiler.disable' }),
  answer: `{"id":${ASK_ID},`,
  farewell: [],
};

/** The same for that of a worker; afterwards all sessions that NodeWorker has opened are ended. */
export function workerParting(sessionId: string, sessionIds: readonly string[]): Parting {
  const command = (id: number, method: string, params: object) => JSON.stringify({ id, method, params });
  const { ask: message, answer } = PARTING;
  return {
    ask: command(ASK_ID + 1, 'NodeWorker.sendMessageToWorker', { sessionId, message }),
    answer: JSON.stringify(answer).slice(1, -1),
    farewell: sessionIds.map((each, at) => command(ASK_ID + 2 + at, 'NodeWorker.detach', { sessionId: each })),
  };
}

/** What takes a snapshot sees of it. */
export type SnapshotConnection = Pick<Connection, keyof Connection>;

export class Connection {
  /** The main isolate's channel. */
  readonly main: Channel;
  /** Finds the chunks among the frames: those of the main isolate by default. */
  decode: ChunkDecoder = chunkDecoder();
  /** Told of each chunk, a view that is good during the call. What it throws ends the connection. */
  onChunk: (chunk: Uint8Array) => void = () => {};
  /** What must be done over the channels before the socket may end; undefined: nothing. */
  part: (() => Promise<void>) | undefined = () => this.streamed();
  /** How somebody who has nothing but the socket ends the connection. */
  parting: Parting = PARTING;
  /** Settles when the snapshot asked for last has been sent. */
  #streamed: Promise<unknown> = Promise.resolve();
  #begun = false;
  #heardAtMs = 0;
  #silenceMs = SILENCE_MS;
  /** The process waits for us. */
  #isEnding = false;
  /** With what calls fail that wait when the connection ends. */
  #why: DetachedError | undefined;
  /** A trifle is not answered yet. */
  #isAsked = false;
  #askedAtMs = 0;
  #onText: (text: string) => unknown = () => {};
  #standby: Standby | undefined;
  #tcp: Socket | undefined;
  readonly #channels: Channel[] = [];
  readonly #socket: WebSocket;
  readonly #where: string;
  readonly #closed: Promise<unknown>;
  #parted: Promise<void> | undefined;
  readonly #failed: Promise<never>;
  #fail!: (error: unknown) => void;

  private constructor(socket: WebSocket, where: string) {
    this.#socket = socket;
    this.#where = where;
    this.main = this.channel((text) => socket.send(text));
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // a failure between two calls of `until` is reported by the second
    this.#failed.catch(() => {});
    this.main.on('NodeRuntime.waitingForDisconnect', () => {
      this.#isEnding = true; // which is not to be held up
      this.fail(this.detached('the process is ending'));
    });
    this.#closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('message', (frame: Buffer) => this.#hear(frame));
    const stayingAlive = setInterval(() => this.#stayAlive(), IDLE_MS).unref();
    socket.on('close', () => clearInterval(stayingAlive));
    socket.on('error', (error) => this.#breakOff(faultOf(error)));
    socket.on('close', (code) =>
      this.#breakOff(`the process or its connection has gone (socket closed with code ${code})`),
    );
  }

  /** @throws AttachError */
  static async open(url: string): Promise<Connection> {
    const where = new URL(url).host;
    const socket = new WebSocket(url, {
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    const connection = new Connection(socket, where);
    socket.on('upgrade', ({ socket: tcp }) => {
      tcp.setKeepAlive(true, KEEP_ALIVE_MS);
      // the keys of a TLS connection end with us
      if (!(tcp instanceof TLSSocket)) connection.#tcp = tcp;
    });
    try {
      await once(socket, 'open');
      return connection;
    } catch (cause) {
      const reason = refusalOf(cause as Error, CONNECT_TIMEOUT_MS);
      throw new AttachError(`Cannot attach to ${where}: ${reason}`, { cause });
    }
  }

  /** A channel that ends with the connection. */
  channel(post: (text: string) => void): Channel {
    const channel = new Channel(post);
    this.#channels.push(channel);
    return channel;
  }

  /** Gives what `work` gives, or rejects as soon as the connection fails. */
  until<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#failed, work]);
  }

  /**
   * Says that a snapshot is about to be asked for: from here on a standby process is ready for us.
   * @param beside files that are of no use without us, and how many bytes are let come
   */
  prepare(beside: Omit<StandbyJob, keyof Parting>): void {
    if (this.#tcp) this.#standby = Standby.start(this.#tcp, { ...this.parting, ...beside });
  }

  /** Says that it has been asked for, and what settles when the target has sent all of it. */
  asked(sent: Promise<unknown>): void {
    this.#begun = false;
    this.#streamed = sent.catch(() => {}); // its sender gets the reason
  }

  /** Says that the target has begun with it. */
  begun(): void {
    this.#begun = true;
  }

  /** Says that the snapshot is over: nothing speaks against the connection's end any more. */
  async over(): Promise<void> {
    const standby = this.#standby;
    this.#standby = undefined;
    await standby?.dismiss();
  }

  /**
   * Resolves when a snapshot that was asked for has been sent to its end, wanted or not, or when it has not been begun and
   * will not be once the connection ends. Nothing can cancel one that has begun, and Node 18, 20 and 22 die of a segmentation
   * fault, two or three times in a hundred (a worker's: one in ten), if the connection ends in the middle. Where the target
   * says nothing for long, the standby waits on.
   */
  async streamed(): Promise<void> {
    const isOver = new AbortController();
    const { signal } = isOver;
    const isLate = this.#begun ? this.#silence(signal) : this.#unbegun(signal);
    const isSent = await Promise.race([this.#streamed.then(() => true), isLate]);
    isOver.abort();
    if (!isSent) this.#leave();
  }

  async #silence(signal: AbortSignal): Promise<false> {
    do await pause(this.#silenceMs / 10, signal);
    while (!signal.aborted && performance.now() - this.#heardAtMs < this.#silenceMs);
    return false;
  }

  /** What the target is asked comes after the snapshot, if that has begun or is next; else it ends with the connection. */
  async #unbegun(signal: AbortSignal): Promise<boolean> {
    const answered = new Promise<boolean>((resolve) => {
      this.#onText = (text) => text.includes(this.parting.answer) && resolve(true);
    });
    this.#socket.send(this.parting.ask);
    const isClear = await Promise.race([answered, pause(BEGIN_MS, signal)]);
    return isClear || !this.#begun ? isClear : await Promise.race([answered, this.#silence(signal)]);
  }

  /** From here on the connection is the standby's. */
  #leave(): void {
    this.#standby?.takeOver();
    this.#standby = undefined;
    this.#socket.terminate();
  }

  /**
   * Ends everything with `error`; the socket as soon as nothing is under way on it (client-session.ts says why). Of a snapshot that
   * cannot be read the rest is taken in, if it comes.
   */
  fail(error: unknown): void {
    this.#fail(error);
    this.#why ??= error instanceof DetachedError ? error : this.detached('the snapshot was given up');
    if (error instanceof DetachedError) {
      // there is nothing to be taken in any more
      this.part = undefined;
      this.#parted = undefined;
    }
    if (error instanceof SnapshotSyntaxError) this.#silenceMs = SHORT_SILENCE_MS;
    void this.#partAnd(() => this.#cut(error));
  }

  #cut(error: unknown): void {
    const ended = error instanceof DetachedError ? error : this.detached('the snapshot was given up');
    for (const channel of this.#channels) channel.end(ended);
    void this.over();
    this.#socket.terminate();
  }

  /** Ends everything with `error` and leaves the rest, which nobody waits for, to the standby. */
  giveUp(error: Error): void {
    this.#fail(error);
    this.part = undefined;
    for (const channel of this.#channels) channel.end(this.detached('the snapshot was given up'));
    this.#leave();
  }

  detached(reason: string, cause?: unknown): DetachedError {
    return new DetachedError(`Detached from ${this.#where}: ${reason}`, { cause });
  }

  /** Resolves when the socket is closed, so that the target is held by nothing. */
  async close(): Promise<void> {
    await this.#partAnd(() => {});
    await this.over();
    const cut = setTimeout(() => this.#socket.terminate(), CLOSE_MS);
    this.#socket.close();
    await this.#closed;
    clearTimeout(cut);
  }

  async #partAnd(cut: () => void): Promise<void> {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.onChunk = () => {}; // what still comes is nobody's
      this.#parted ??= this.#part();
      await this.#parted;
    }
    cut();
  }

  async #part(): Promise<void> {
    await this.part?.();
    await this.#caughtUp(this.#isEnding ? ENDING_ANSWERS_MS : ANSWERS_MS);
  }

  /**
   * Resolves when all that the target has sent until now has come: before the answer to one more question. It is the last
   * one: a caller that was given up asks no more.
   */
  async #caughtUp(timeoutMs: number): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    for (const channel of this.#channels) channel.end(this.#why ?? this.detached('the connection was closed here'));
    const isOver = new AbortController();
    const answered = new Promise<void>((resolve) => {
      this.#onText = (text) => text.includes(LAST_ANSWER) && resolve();
    });
    this.#socket.send(LAST_QUESTION);
    await Promise.race([answered, this.#closed, pause(timeoutMs, isOver.signal)]);
    isOver.abort();
  }

  /** Asks a trifle where nothing has come for a while, so that no proxy takes the connection for idle. */
  #stayAlive(): void {
    const nowMs = performance.now();
    const quietMs = nowMs - Math.max(this.#heardAtMs, this.#askedAtMs);
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (quietMs < (this.#isAsked ? UNANSWERED_MS : IDLE_MS)) return;
    this.#isAsked = true;
    this.#askedAtMs = nowMs;
    void this.main
      .send('Runtime.getIsolateId')
      .catch(() => {}) // the connection has ended
      .finally(() => {
        this.#isAsked = false;
      });
  }

  /** Ends everything with a peer that has gone, or breaks the protocol: at once. */
  #breakOff(reason: string, cause?: unknown): void {
    const error = this.detached(reason, cause);
    this.#fail(error);
    this.#cut(error);
  }

  #hearText(text: string): void {
    this.#onText(text);
    this.main.hear(text);
  }

  #hear(frame: Buffer): void {
    // frames that were on their way when the connection failed
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#heardAtMs = performance.now();
    try {
      const chunk = this.decode(frame);
      if (chunk) this.onChunk(chunk);
      else if (frame.length <= MAX_PARSED_BYTES) this.#hearText(frame.toString());
      else this.#breakOff(`it sent a frame of ${frame.length} bytes that is no snapshot chunk`);
    } catch (error) {
      if (error instanceof FrameError) this.#breakOff(`it sent ${error.message}`, error);
      else this.fail(error);
    }
  }
}

/** As `wait`, but an end of it by `signal` is one like any other. */
async function pause(ms: number, signal: AbortSignal): Promise<false> {
  await sleep(ms, signal);
  return false;
}

function faultOf(error: Error & { code?: string }): string {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return `it sent a frame of more than ${MAX_FRAME_BYTES} bytes`;
  return `it broke the WebSocket protocol (${error.message})`;
}
