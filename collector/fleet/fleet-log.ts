/**
 * The log of a collector in a fleet. The stream is the log: its numbers are the offsets, for all collectors the same; what this
 * one has of it is a view, in memory or in its store.
 *
 *     append ─> Publisher ─> stream ─> Follower ─> view ─> stream's clients, alerts, history
 *     agents ─────────────────^
 *
 * So a client that comes back from another collector resumes here exactly, and what is appended here is seen here when it has
 * its place for everybody.
 */
import { randomUUID } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { atMost, untilAborted } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { ConsumerOffsets } from '../log/consumer-offsets.ts';
import type { EventLog, Forgotten, LogEntry, NewEvent } from '../log/log.ts';
import type { ViewLog } from '../log/view-log.ts';
import { Follower } from './follower.ts';
import { FENCE, type Said, unpack } from './message.ts';
import { Publisher } from './publisher.ts';
import type { EventStream } from './stream.ts';
import { applySaid, beginView } from './view.ts';

export interface FleetLogOptions {
  readonly connection: NatsConnection;
  readonly stream: EventStream;
  /** What this collector has of the stream. */
  readonly view: ViewLog;
  /** Where the view keeps what is not of the log itself; absent: nowhere. */
  readonly offsets?: ConsumerOffsets;
  /** Its name in the fleet. */
  readonly name: string;
  readonly maxWaitingBytes: number;
  /** How far back a view that is new begins. */
  readonly backfillMs: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The number of the lease under which this collector judges rules; undefined: it does not. */
  readonly fence: () => number | undefined;
  /** The stream is another one by now: nothing here goes on. */
  readonly replaced: (reason: string) => void;
}

/** How long one who asks waits for what others have, or what is under way. */
const PATIENCE_MS = 5_000;
const GRACE_MS = 3_000;
/** Under which name the number of the judge's lease is kept. */
const FENCE_STATE = 'fence';

export class FleetLog implements EventLog {
  readonly #options: FleetLogOptions;
  readonly #publisher: Publisher;
  readonly #follower: Follower;
  readonly #following: Promise<void>;
  /** Who waits until a place is reached. */
  readonly #waiting = new Set<{ readonly seq: number; readonly resolve: () => void }>();
  /** The highest number of a lease that anything was judged under. */
  #fence: number;

  /** Brings the view up to where the stream is now. @throws Error where it cannot be read */
  static async open(options: FleetLogOptions): Promise<FleetLog> {
    const { connection, stream, name, maxWaitingBytes, logger, fence } = options;
    const headers = (said: Said): Readonly<Record<string, string>> => {
      const isAlert = said.act === 'event' && said.event.type === 'alert';
      return isAlert ? { [FENCE]: String(fence() ?? 0) } : {};
    };
    const log = randomUUID();
    const publisher = await Publisher.open({ connection, stream, agent: name, log, maxWaitingBytes, logger, headers });
    const { after, upTo } = await beginView(options);
    const opened = new FleetLog(options, publisher, after);
    await opened.#passed(upTo);
    return opened;
  }

  private constructor(options: FleetLogOptions, publisher: Publisher, after: number) {
    const { stream, offsets, logger, replaced } = options;
    this.#options = options;
    this.#publisher = publisher;
    this.#fence = Number(offsets?.committed(FENCE_STATE)?.state ?? 0);
    this.#follower = new Follower({
      stream,
      after,
      take: (message) => this.#take(message),
      settled: () => options.view.settled(),
      missed: (upTo) => this.#missed(upTo),
      replaced,
      logger,
    });
    this.#following = this.#follower.run();
  }

  get id(): string {
    return this.#options.stream.log;
  }

  get offset(): number {
    return this.#options.view.offset;
  }

  append(event: NewEvent): void {
    this.#publisher.say({ act: 'event', event });
  }

  /** Says that this collector judges from here on; resolves when all that was said before is known here. @throws the reason of the signal */
  async judge(fence: number, signal: AbortSignal): Promise<void> {
    this.#publisher.say({ act: 'judge', fence });
    await untilAborted(this.#allKnown(), signal);
    await this.#options.view.settled();
  }

  async #allKnown(): Promise<void> {
    await this.#publisher.settled();
    await this.#passed(this.#publisher.acknowledged);
  }

  /** Resolves when all that was appended until now is in the stream. */
  async published(): Promise<void> {
    await this.#publisher.settled();
  }

  async settled(): Promise<void> {
    // while NATS is away nothing of it comes
    await atMost(PATIENCE_MS, this.#allKnown());
    await this.#options.view.settled();
  }

  async reached(offset: number): Promise<void> {
    await atMost(PATIENCE_MS, this.#passed(offset));
    await this.#options.view.settled();
  }

  holdsAfter(offset: number): boolean {
    return this.#options.view.holdsAfter(offset);
  }

  after(offset: number): readonly LogEntry[] {
    return this.#options.view.after(offset);
  }

  latest(): LogEntry[] {
    return this.#options.view.latest();
  }

  forget(target: string, which: Forgotten = {}): void {
    this.#publisher.say({ act: 'forget', target, which });
  }

  retire(target: string): void {
    this.#publisher.say({ act: 'retire', target });
  }

  partition(id: string): LogEntry | undefined {
    return this.#options.view.partition(id);
  }

  follow(listener: (entry: LogEntry) => void): () => void {
    return this.#options.view.follow(listener);
  }

  /** Publishes what waits, if that can be done soon; the view is somebody else's to close. */
  async close(): Promise<void> {
    await this.#publisher.close(GRACE_MS);
    await this.#follower.stop();
    await this.#following;
  }

  /** Resolves when all up to this place was taken. */
  #passed(seq: number): Promise<void> {
    if (this.#follower.seq >= seq) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.add({ seq, resolve }));
  }

  #take(message: JsMsg): void {
    try {
      this.#apply(
        unpack((name) => message.headers?.get(name) ?? '', message.data, message.seq),
        message,
      );
    } catch (error) {
      const { seq: offset, subject } = message;
      this.#options.logger.error({ offset, subject, reason: reasonOf(error) }, 'what is no event was passed over');
    }
    for (const waiting of this.#waiting) {
      if (waiting.seq > message.seq) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }

  #apply(said: Said, { seq, headers }: JsMsg): void {
    if (said.act === 'judge') this.#judgedBy(said.fence, seq);
    // who was thought dead and woke: others judge by now
    else if (isAlert(said) && Number(headers?.get(FENCE) ?? 0) < this.#fence) this.#tellLate(said, seq);
    else applySaid(this.#options.view, said, seq);
  }

  #judgedBy(fence: number, seq: number): void {
    if (fence <= this.#fence) return;
    this.#fence = fence;
    this.#options.offsets?.commit({ name: FENCE_STATE, offset: seq, state: String(fence) });
  }

  #tellLate({ event: { target, rule } }: SaidAlert, offset: number): void {
    this.#options.logger.warn({ offset, target, rule }, 'an alert was passed over: who judged it does so no more');
  }

  #missed(upTo: number): void {
    const { view, logger } = this.#options;
    logger.error(
      { from: view.offset + 1, to: upTo },
      'events were missed: they have left the stream before they were read',
    );
    view.passOver(upTo);
  }
}

type SaidAlert = Extract<Said, { act: 'event' }> & { readonly event: Extract<NewEvent, { type: 'alert' }> };

function isAlert(said: Said): said is SaidAlert {
  return said.act === 'event' && said.event.type === 'alert';
}
