/**
 * One client of the stream, from the opening of its socket to the end.
 *
 *     waiting for hello ── hello ──> welcome, then subscribe, unsubscribe, request in any order ── close
 *
 * What a client does wrong closes its own socket with the code that PROTOCOL.md gives, and nothing else.
 */
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { type CloseCode, closeCodes, closeReason } from '../../protocol/close-codes.ts';
import { decodeClientFrame, encode, FrameError } from '../../protocol/codec.ts';
import type { ErrorCode, Hello, Request, ServerFrame, Subscribe, Unsubscribe } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import { RequestError } from '../../protocol/requests.ts';
import { type Access, AccessError, type Visitor } from '../access/access.ts';
import type { StreamConfig } from '../config/config.ts';
import type { EventLog, LogEntry } from '../log/log.ts';
import { formatDuration } from '../units.ts';
import { Outbox } from './outbox.ts';
import { Rate } from './rate.ts';
import type { Requests } from './requests.ts';
import { Subscription } from './subscription.ts';

export interface ClientOptions {
  readonly socket: WebSocket;
  /** Where it comes from: an IP address. */
  readonly address: string;
  readonly access: Access;
  readonly log: EventLog;
  readonly requests: Requests;
  readonly config: StreamConfig;
  readonly logger: Logger;
  /** As `welcome` gives it. */
  readonly server: { readonly name: string; readonly version: string };
}

const REFUSAL_CODES = {
  unauthorized: closeCodes.unauthorized,
  forbidden: closeCodes.forbidden,
  'too-many': closeCodes.tooMany,
} as const;

export class Client {
  readonly #options: ClientOptions;
  readonly #outbox: Outbox;
  readonly #rate: Rate;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Ids of requests that are not answered yet. */
  readonly #asked = new Set<string>();
  readonly #left = new AbortController();
  readonly #helloTimer: NodeJS.Timeout;
  /** Who it is; undefined before its hello. */
  #visitor: Visitor | undefined;
  #missedPings = 0;

  constructor(options: ClientOptions) {
    const { socket, config } = options;
    this.#options = options;
    this.#rate = new Rate(config.maxFramesPerSecond);
    this.#outbox = new Outbox({
      highWaterBytes: config.highWaterBytes,
      bufferBytes: config.bufferBytes,
      send: (bytes, taken) => socket.send(bytes, { binary: false }, taken),
      overflow: (reason) => this.close(closeCodes.tooSlow, `Cannot keep up: ${reason}`),
      now: () => performance.now(),
    });
    this.#helloTimer = setTimeout(() => this.#helloIsLate(), config.helloMs);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#missedPings = 0;
    });
    socket.on('close', () => this.#end());
    // ws closes the socket with a code of its own (1009, 1007, 1002): there is nothing left to do but to say so
    socket.on('error', (error) => options.logger.debug({ err: error }, 'client socket failed'));
  }

  /** Sends an event to a client that subscribed to it. */
  publish(entry: LogEntry): void {
    const ids: string[] = [];
    for (const subscription of this.#subscriptions.values()) {
      if (subscription.matches(entry.head)) ids.push(subscription.id);
    }
    if (ids.length > 0) this.#outbox.pushEvent(entry, ids);
  }

  /** Drops the connection of a client that answered none of the last pings; else pings it. */
  ping(): void {
    const { socket } = this.#options;
    if (this.#missedPings >= limits.maxMissedPings) {
      socket.terminate();
    } else if (socket.readyState === socket.OPEN) {
      this.#missedPings++;
      socket.ping();
    }
  }

  /** Ends a client that takes nothing of what is sent to it. */
  checkStall(): void {
    const { stallMs } = this.#options.config;
    if (this.#outbox.stalledMs() < stallMs) return;
    this.close(closeCodes.tooSlow, `Cannot keep up: nothing was taken for ${formatDuration(stallMs)}`);
  }

  close(code: CloseCode, reason: string): void {
    const { socket, address, logger } = this.#options;
    this.#end();
    socket.close(code, closeReason(reason));
    if (code !== closeCodes.goingAway) logger.info({ code, reason, address }, 'client closed');
  }

  #end(): void {
    clearTimeout(this.#helloTimer);
    this.#left.abort();
    this.#outbox.close();
    this.#subscriptions.clear();
  }

  #helloIsLate(): void {
    const { helloMs } = this.#options.config;
    this.close(closeCodes.helloTimeout, `Cannot welcome client: expected "hello" within ${formatDuration(helloMs)}`);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#left.signal.aborted) return;
    try {
      this.#admit(isBinary);
      this.#handle(String(data));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.close(error.closeCode, error.message);
    }
  }

  #admit(isBinary: boolean): void {
    if (!this.#rate.admits(performance.now())) {
      const { maxFramesPerSecond } = this.#options.config;
      throw new FrameError(`Cannot take frame: more than ${maxFramesPerSecond} within a second`, closeCodes.tooMany);
    }
    if (isBinary) throw new FrameError('Cannot read frame: expected text, got binary');
  }

  #handle(text: string): void {
    const frame = decodeClientFrame(text);
    if (frame.type === 'hello') {
      this.#welcome(frame);
      return;
    }
    if (!this.#visitor) throw new FrameError(`Cannot take "${frame.type}" frame: expected "hello" first`);
    switch (frame.type) {
      case 'subscribe':
        this.#subscribe(frame);
        break;
      case 'unsubscribe':
        this.#unsubscribe(frame);
        break;
      case 'request':
        this.#request(frame, this.#visitor);
        break;
    }
  }

  #welcome({ token }: Hello): void {
    if (this.#visitor) throw new FrameError('Cannot take "hello" frame: there was one before');
    const { access, address, log, server } = this.#options;
    try {
      this.#visitor = access.admit(token, address);
    } catch (error) {
      if (!(error instanceof AccessError)) throw error;
      throw new FrameError(error.message, REFUSAL_CODES[error.code]);
    }
    clearTimeout(this.#helloTimer);
    this.#send({ type: 'welcome', log: log.id, offset: log.offset, role: this.#visitor.role, server });
  }

  /** Ends a client that would not be let in any more. */
  checkVisitor(): void {
    if (!this.#visitor || this.#options.access.knows(this.#visitor)) return;
    this.close(closeCodes.unauthorized, 'Cannot go on: this collector does not know the token any more');
  }

  #subscribe(frame: Subscribe): void {
    const { log, config } = this.#options;
    if (this.#subscriptions.has(frame.id)) {
      throw new FrameError(`Cannot subscribe: "${frame.id}" is the id of an open subscription`);
    }
    if (this.#subscriptions.size >= config.maxSubscriptions) {
      throw new FrameError(`Cannot subscribe: ${config.maxSubscriptions} subscriptions are open`, closeCodes.tooMany);
    }
    const subscription = new Subscription(frame);
    this.#subscriptions.set(frame.id, subscription);
    this.#send({ type: 'subscribed', id: frame.id, log: log.id, offset: log.offset });
    this.#outbox.pull(subscription.opening(log, frame.from));
  }

  #unsubscribe({ id }: Unsubscribe): void {
    const subscription = this.#subscriptions.get(id);
    if (!subscription) throw new FrameError(`Cannot unsubscribe: there is no subscription "${id}"`);
    subscription.close();
    this.#subscriptions.delete(id);
    this.#send({ type: 'unsubscribed', id });
  }

  #request(frame: Request, visitor: Visitor): void {
    const { maxRequests } = this.#options.config;
    if (this.#asked.has(frame.id)) throw new FrameError(`Cannot take request: "${frame.id}" is not answered yet`);
    if (this.#asked.size >= maxRequests) {
      throw new FrameError(`Cannot take request: ${maxRequests} are not answered yet`, closeCodes.tooMany);
    }
    this.#asked.add(frame.id);
    void this.#answer(frame, visitor);
  }

  async #answer(frame: Request, visitor: Visitor): Promise<void> {
    const { id } = frame;
    try {
      this.#respond(id, { result: await this.#options.requests.answer(frame, visitor.role, this.#left.signal) });
    } catch (error) {
      this.#respond(id, { error: this.#failure(frame, error) });
    }
  }

  #respond(
    id: string,
    outcome: { result: Record<string, unknown> } | { error: { code: ErrorCode; message: string } },
  ): void {
    this.#asked.delete(id);
    this.#send({ type: 'response', id, ...outcome });
  }

  #failure({ method }: Request, error: unknown): { code: ErrorCode; message: string } {
    if (error instanceof RequestError) return { code: error.code, message: error.message };
    this.#options.logger.error({ err: error, method }, 'request failed');
    return { code: 'internal', message: `Cannot run "${method}": the collector failed, its log says why` };
  }

  #send(frame: ServerFrame): void {
    this.#outbox.push(Buffer.from(encode(frame)));
  }
}
