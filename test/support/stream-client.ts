/**
 * A client of the stream that knows nothing but frames: what it sends may be wrong, what it gets is queued.
 *
 *     await using client = await connect(url);
 *     client.send({ type: 'hello' });
 *     const welcome = await client.next('welcome');
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { decodeServerFrame } from '../../protocol/codec.ts';
import { type ServerFrame, SUBPROTOCOL } from '../../protocol/frames.ts';

export type FrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  /** Offered subprotocols; default the stream's. */
  protocols?: string[];
  headers?: Record<string, string>;
  /** Of an authority: the one that signed the server's certificate. */
  ca?: Buffer;
  /** Whether each frame is checked against its schema; default true. False for very many clients. */
  check?: boolean;
}

export class StreamClient implements AsyncDisposable {
  /** The socket itself, for what no frame can do: `socket.pause()`. */
  readonly socket: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #frames: ServerFrame[] = [];
  readonly #arrived = new Set<() => void>();
  #ended: Closed | undefined;

  constructor(socket: WebSocket, check: boolean) {
    this.socket = socket;
    socket.on('message', (data) => {
      const text = String(data);
      this.#frames.push(check ? decodeServerFrame(text) : (JSON.parse(text) as ServerFrame));
      this.#wake();
    });
    socket.on('error', () => {
      // a close with its code follows
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#ended = { code, reason: String(reason) };
        this.#wake();
        resolve(this.#ended);
      });
    });
  }

  /** Sends a frame, or any text at all. */
  send(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Says hello and takes the welcome. */
  async hello(): Promise<FrameOf<'welcome'>> {
    this.send({ type: 'hello' });
    return this.next('welcome');
  }

  /** Subscribes and takes `subscribed`. */
  async subscribe(fields: { id?: string; topics: string[]; [field: string]: unknown }): Promise<FrameOf<'subscribed'>> {
    this.send({ type: 'subscribe', id: 's', ...fields });
    return this.next('subscribed');
  }

  /** Asks and takes the answer. */
  async request(method: string, params: object = {}, id = 'r'): Promise<FrameOf<'response'>> {
    this.send({ type: 'request', id, method, params });
    return this.next('response', (response) => response.id === id);
  }

  /** Takes the first queued frame of this type that fits, waiting for it; frames of other types stay queued. */
  async next<T extends ServerFrame['type']>(
    type: T,
    fits: (frame: FrameOf<T>) => boolean = () => true,
  ): Promise<FrameOf<T>> {
    for (;;) {
      const index = this.#frames.findIndex((frame) => frame.type === type && fits(frame as FrameOf<T>));
      if (index >= 0) return this.#frames.splice(index, 1)[0] as FrameOf<T>;
      if (this.#ended)
        throw new Error(`Cannot wait for "${type}": closed with ${this.#ended.code} ${this.#ended.reason}`);
      await new Promise<void>((resolve) => this.#arrived.add(resolve));
    }
  }

  /** Takes the next frame, whatever it is, waiting for it. */
  async any(): Promise<ServerFrame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame) return frame;
      if (this.#ended)
        throw new Error(`Cannot wait for a frame: closed with ${this.#ended.code} ${this.#ended.reason}`);
      await new Promise<void>((resolve) => this.#arrived.add(resolve));
    }
  }

  /** Takes all that is queued. */
  drain(): ServerFrame[] {
    return this.#frames.splice(0);
  }

  async close(): Promise<void> {
    this.socket.resume();
    this.socket.terminate();
    await this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #wake(): void {
    for (const resolve of this.#arrived) resolve();
    this.#arrived.clear();
  }
}

/** @throws Error with the HTTP status if the socket does not open */
export async function connect(url: string, options: ConnectOptions = {}): Promise<StreamClient> {
  const { protocols = [SUBPROTOCOL], headers = {}, check = true, ca } = options;
  const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false, ...(ca && { ca }) });
  const client = new StreamClient(socket, check);
  await once(socket, 'open');
  return client;
}
