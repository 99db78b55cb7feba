/**
 * A connection of one's own to an inspector, made for one thing: taking a snapshot's chunks as bytes, as fast as they come.
 *
 *     socket ──> frame ──> chunk of the isolate read ──> onChunk
 *                     └──> any other ──> main channel ──> a worker's channel
 *
 * There is no back-pressure: what is not taken swells the target. So nothing here waits, and no chunk becomes a string.
 */
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import { AttachError, DetachedError } from '../errors.ts';
import { FrameError } from '../frame.ts';
import { SnapshotSyntaxError } from '../heap/syntax-error.ts';
import { refusalOf } from '../refusal.ts';
import { Channel } from './channel.ts';
import { type ChunkDecoder, chunkDecoder } from './chunks.ts';

/** Bytes of the largest frame that is taken. V8's chunks are of 1 MB, of 4 MB at most with every byte escaped twice. */
const MAX_FRAME_BYTES = 64 * 2 ** 20;
/** Bytes of the largest frame that is parsed as JSON, in no time worth speaking of; those that are no chunks have some hundred. */
const MAX_PARSED_BYTES = 8 * 2 ** 20;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long a closing handshake may take before the socket is cut. */
const CLOSE_MS = 500;
/** How long a target that sends a snapshot to nobody may pause before it is given up. */
const SILENCE_MS = 60_000;
/** How long a silent peer is believed to be there, before TCP asks. */
const KEEP_ALIVE_MS = 15_000;

export class Connection {
  /** The main isolate's channel. */
  readonly main: Channel;
  /** Finds the chunks among the frames: those of the main isolate until told otherwise. */
  decode: ChunkDecoder = chunkDecoder();
  /** Told of each chunk, a view that is good during the call. What it throws ends the connection. */
  onChunk: (chunk: Uint8Array) => void = () => {};
  /** What must be done over the channels before the socket may end; undefined: nothing. */
  part: (() => Promise<void>) | undefined = () => this.streamed();
  #streamed: Promise<unknown> = Promise.resolve();
  #heardAtMs = 0;
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
    // a failure between two calls of `until` is told by the second
    this.#failed.catch(() => {});
    this.main.on('NodeRuntime.waitingForDisconnect', () => {
      this.part = undefined; // an end is not to be held up
      this.#end('the process is ending');
    });
    this.#closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('message', (frame: Buffer) => this.#hear(frame));
    socket.on('error', (error) => this.#end(faultOf(error)));
    socket.on('close', (code) => this.#end(`the process or its connection has gone (socket closed with code ${code})`));
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
    socket.on('upgrade', (response) => response.socket.setKeepAlive(true, KEEP_ALIVE_MS));
    const connection = new Connection(socket, where);
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

  /** Says that a snapshot has begun, and what settles when the target has sent all of it. */
  begin(sent: Promise<unknown>): void {
    this.#streamed = sent.catch(() => {}); // whoever sent it is told
  }

  /**
   * Resolves when a snapshot that has begun has been sent to its end, wanted or not, or when nothing of it comes any more.
   * Nothing can cancel one, and Node 18, 20 and 22 die of a segmentation fault, two or three times in a hundred (a worker's:
   * one in ten), if the connection ends in the middle.
   */
  async streamed(): Promise<void> {
    const quiet = new AbortController();
    await Promise.race([this.#streamed, this.#silence(quiet.signal)]);
    quiet.abort();
  }

  async #silence(signal: AbortSignal): Promise<void> {
    do await wait(SILENCE_MS / 10, undefined, { signal }).catch(() => {});
    while (!signal.aborted && performance.now() - this.#heardAtMs < SILENCE_MS);
  }

  /**
   * Ends everything with `error`; the socket in this very tick, unless there is a parting. There is none from a target that
   * has gone, or that does not behave as one.
   */
  fail(error: unknown): void {
    this.#fail(error);
    if (error instanceof DetachedError || error instanceof SnapshotSyntaxError) this.part = undefined;
    const ended = error instanceof DetachedError ? error : this.detached('the snapshot was given up');
    const cut = () => {
      for (const channel of this.#channels) channel.end(ended);
      this.#socket.terminate();
    };
    if (this.#partsFirst()) void this.#part().then(cut);
    else cut();
  }

  detached(reason: string, cause?: unknown): DetachedError {
    return new DetachedError(`Detached from ${this.#where}: ${reason}`, { cause });
  }

  /** Resolves when the socket is closed, so that the target is held by nothing. */
  async close(): Promise<void> {
    if (this.#partsFirst()) await this.#part();
    const cut = setTimeout(() => this.#socket.terminate(), CLOSE_MS);
    this.#socket.close();
    await this.#closed;
    clearTimeout(cut);
  }

  /** False if there is nothing to be done, or nobody to do it to. */
  #partsFirst(): boolean {
    return this.part !== undefined && this.#socket.readyState === WebSocket.OPEN;
  }

  #part(): Promise<void> {
    this.onChunk = () => {}; // what still comes is nobody's
    this.#parted ??= this.part?.() ?? Promise.resolve();
    return this.#parted;
  }

  #end(reason: string): void {
    this.fail(this.detached(reason));
  }

  #hear(frame: Buffer): void {
    // frames that were on their way when the connection failed
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#heardAtMs = performance.now();
    try {
      const chunk = this.decode(frame);
      if (chunk) this.onChunk(chunk);
      else if (frame.length <= MAX_PARSED_BYTES) this.main.hear(frame.toString());
      else this.#end(`it sent a frame of ${frame.length} bytes that is no snapshot chunk`);
    } catch (error) {
      this.fail(error instanceof FrameError ? this.detached(`it sent ${error.message}`, error) : error);
    }
  }
}

function faultOf(error: Error & { code?: string }): string {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return `it sent a frame of more than ${MAX_FRAME_BYTES} bytes`;
  return `it broke the WebSocket protocol (${error.message})`;
}
