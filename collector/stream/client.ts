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
import {
  type ErrorCode,
  type Hello,
  type Request,
  type ServerFrame,
  STREAM_PATH,
  type Subscribe,
  type Unsubscribe,
  type Welcome,
} from '../../protocol/frames.ts';
import { humanDuration } from '../../protocol/human.ts';
import { limits } from '../../protocol/limits.ts';
import { RequestError } from '../../protocol/requests.ts';
import { type Access, AccessError, type Visitor } from '../access/access.ts';
import type { Acts } from '../access/acts.ts';
import type { Caller } from '../access/caller.ts';
import type { Peer } from '../access/peer.ts';
import type { Scope } from '../access/scope.ts';
import type { StreamConfig } from '../config/stream-config.ts';
import type { EventLog, LogEntry } from '../log/log.ts';
import type { AnswerBudget, Waiter } from './answer-budget.ts';
import { Outbox } from './outbox.ts';
import { Rate } from './rate.ts';
import type { Requests } from './requests.ts';
import { Subscription } from './subscription.ts';

export interface ClientOptions {
  readonly socket: WebSocket;
  /** Where it comes from. */
  readonly peer: Peer;
  readonly access: Access;
  /** Called when somebody is let in by it. */
  readonly onLetIn: () => void;
  readonly acts: Acts;
  readonly log: EventLog;
  readonly requests: Requests;
  readonly answers: AnswerBudget;
  readonly config: StreamConfig;
  readonly logger: Logger;
  /** As `welcome` gives it. */
  readonly server: { readonly name: string; readonly version: string };
}

const MAX_WAITING_FRAMES = 16;

const REFUSAL_CODES = {
  unauthorized: closeCodes.unauthorized,
  forbidden: closeCodes.forbidden,
  'too-many': closeCodes.tooMany,
} as const;

export class Client implements Waiter {
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
  #isRefused = false;
  /** Frames that came while a provider is asked who this is. */
  #waiting: string[] | undefined;
  #missedPings = 0;

  constructor(options: ClientOptions) {
    const { socket, config, answers } = options;
    this.#options = options;
    this.#rate = new Rate(config.maxFramesPerSecond);
    this.#outbox = new Outbox({
      highWaterBytes: config.highWaterBytes,
      bufferBytes: config.bufferBytes,
      send: (bytes, taken) => socket.send(bytes, { binary: false }, taken),
      overflow: (reason) => this.end(reason),
      answers,
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

  get answerBytes(): number {
    return this.#outbox.answerBytes;
  }

  /** Ends a client that cannot keep up. */
  end(reason: string): void {
    this.close(closeCodes.tooSlow, `Cannot keep up: ${reason}`);
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
    this.end(`nothing was taken for ${humanDuration(stallMs)}`);
  }

  close(code: CloseCode, reason: string): void {
    const { socket, peer, logger } = this.#options;
    this.#end();
    socket.close(code, closeReason(reason));
    // who is refused has a line of its own
    if (code === closeCodes.goingAway || this.#isRefused) return;
    const by = this.#visitor && { by: this.#visitor.name };
    logger.info({ code, reason, address: peer.address, ...by }, 'client closed');
  }

  #end(): void {
    clearTimeout(this.#helloTimer);
    this.#left.abort();
    this.#outbox.close();
    this.#subscriptions.clear();
  }

  #helloIsLate(): void {
    const { helloMs } = this.#options.config;
    this.close(closeCodes.helloTimeout, `Cannot welcome client: expected "hello" within ${humanDuration(helloMs)}`);
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#left.signal.aborted) return;
    try {
      this.#admit(isBinary);
      if (this.#waiting) this.#wait(String(data));
      else this.#handle(String(data));
    } catch (error) {
      if (error instanceof FrameError) {
        this.close(error.closeCode, error.message);
        return;
      }
      // a fault of ours that this frame has found: it is not to end the others
      this.#options.logger.error({ err: error }, 'client frame failed');
      this.close(closeCodes.badFrame, 'Cannot take frame: the collector failed, its log says why');
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
        if (this.#isAhead(frame)) void this.#subscribeLater(frame, this.#visitor);
        else this.#subscribe(frame, this.#visitor);
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
    const { access, peer } = this.#options;
    if (access.isForProvider(token)) {
      void this.#welcomeByProvider(token);
      return;
    }
    try {
      this.#letIn(access.admit(token, peer));
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  async #welcomeByProvider(token: string): Promise<void> {
    const { access, peer } = this.#options;
    await this.#afterwards(async () => {
      const visitor = await access.admitByProvider(token, peer).catch((error: unknown) => {
        throw this.#refusal(error);
      });
      return () => this.#letIn(visitor);
    });
  }

  /** Another collector was ahead of this one: what the client has is waited for. */
  async #subscribeLater(frame: Subscribe, visitor: Visitor): Promise<void> {
    await this.#afterwards(async () => {
      await this.#options.log.reached?.(frame.from?.offset ?? 0);
      return () => this.#subscribe(frame, visitor);
    });
  }

  /** Does what `prepare` gives when it gives it. What comes meanwhile waits. */
  async #afterwards(prepare: () => Promise<() => void>): Promise<void> {
    const waiting: string[] = [];
    this.#waiting = waiting;
    const { logger } = this.#options;
    try {
      const go = await prepare();
      this.#waiting = undefined;
      if (this.#left.signal.aborted) return;
      go();
      for (const [index, text] of waiting.entries()) {
        if (this.#left.signal.aborted) return;
        this.#handle(text);
        // that one has to wait for something too, and what is behind it with it
        const later = this.#waiting as string[] | undefined;
        if (!later) continue;
        for (const left of waiting.slice(index + 1)) later.push(left);
        return;
      }
    } catch (error) {
      if (error instanceof FrameError) return this.close(error.closeCode, error.message);
      logger.error({ err: error }, 'client frame failed');
      this.close(closeCodes.badFrame, 'Cannot take frame: the collector failed, its log says why');
    }
  }

  #wait(text: string): void {
    if (this.#waiting!.length === MAX_WAITING_FRAMES) {
      throw new FrameError(`Cannot take frame: more than ${MAX_WAITING_FRAMES} before "welcome"`, closeCodes.tooMany);
    }
    this.#waiting!.push(text);
  }

  /** What ends the socket of somebody who is not let in; what was no such error is given back. */
  #refusal(error: unknown): unknown {
    if (!(error instanceof AccessError)) return error;
    const { acts, peer } = this.#options;
    this.#isRefused = true;
    const { code, message: reason } = error;
    acts.refused({ code, reason, address: peer.address, via: 'stream', path: STREAM_PATH });
    return new FrameError(error.message, REFUSAL_CODES[error.code]);
  }

  #letIn(visitor: Visitor): void {
    this.#visitor = visitor;
    this.#options.onLetIn();
    const { acts, log, server } = this.#options;
    acts.admitted(this.#callerOf(this.#visitor));
    clearTimeout(this.#helloTimer);
    const { role, scope } = visitor;
    this.#send({
      type: 'welcome',
      log: log.id,
      offset: log.offset,
      role,
      ...(scope && { scope: told(scope) }),
      server,
    });
  }

  #callerOf(visitor: Visitor): Caller {
    return { visitor, address: this.#options.peer.address, via: 'stream' };
  }

  /** Ends a client that would not be let in any more. */
  checkVisitor(): void {
    if (!this.#visitor || this.#options.access.knows(this.#visitor)) return;
    this.close(closeCodes.unauthorized, 'Cannot go on: this collector does not know the token any more');
  }

  /** Whether the client has more of this log than is here yet. */
  #isAhead({ from }: Subscribe): boolean {
    const { log } = this.#options;
    return log.reached !== undefined && from?.log === log.id && from.offset > log.offset;
  }

  #subscribe(frame: Subscribe, { scope }: Visitor): void {
    const { log, config } = this.#options;
    if (this.#subscriptions.has(frame.id)) {
      throw new FrameError(`Cannot subscribe: "${frame.id}" is the id of an open subscription`);
    }
    if (this.#subscriptions.size >= config.maxSubscriptions) {
      throw new FrameError(`Cannot subscribe: ${config.maxSubscriptions} subscriptions are open`, closeCodes.tooMany);
    }
    const subscription = new Subscription(frame, scope);
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
    // answers are pulled: none is begun while the socket has not taken those before
    await this.#outbox.answered();
    if (this.#left.signal.aborted) return;
    try {
      const caller = this.#callerOf(visitor);
      this.#respond(id, { result: await this.#options.requests.answer(frame, caller, this.#left.signal) });
    } catch (error) {
      this.#respond(id, { error: this.#failure(frame, error) });
    }
  }

  #respond(
    id: string,
    outcome: { result: Record<string, unknown> } | { error: { code: ErrorCode; message: string } },
  ): void {
    this.#asked.delete(id);
    this.#outbox.answer(Buffer.from(encode({ type: 'response', id, ...outcome })));
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

/** A scope as `welcome` tells it. */
function told(scope: Scope): NonNullable<Welcome['scope']> {
  return scope.map(({ targets, probes }) => ({
    ...(targets && { targets: [...targets] }),
    ...(probes && { probes: [...probes] }),
  }));
}
