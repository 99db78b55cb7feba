/**
 * Reads the stream from a place on: each message once, in order, whatever becomes of the connection meanwhile.
 *
 *     ordered consumer ─> message ─> seq is the next? ─> taken
 *                                    seq is above it ─> what is between has left the stream: missed
 */
import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { type EventStream, logOf } from './stream.ts';

export interface FollowerOptions {
  readonly stream: EventStream;
  /** The last that is known. */
  readonly after: number;
  readonly take: (message: JsMsg) => void;
  /** Resolves when all that was taken is stored. */
  readonly settled: () => Promise<void>;
  /** What came up to there has left the stream. */
  readonly missed: (upTo: number) => void;
  /** The stream is another one by now: what is known of it is of no use. */
  readonly replaced: (reason: string) => void;
  readonly logger: Logger;
}

const EXPIRES_MS = 10_000;
const HEARTBEAT_MS = 1_000;
/** After how many it is waited until they are stored. */
const MESSAGES = 1_000;
const BATCH_BYTES = 16 * 2 ** 20;
const AGAIN_AFTER_MS = 500;
const LOOK_EVERY_MS = 5_000;

export class Follower {
  readonly #options: FollowerOptions;
  readonly #stop = new AbortController();
  #messages: ConsumerMessages | undefined;
  #seq: number;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#seq = options.after;
  }

  /** The last that was taken. */
  get seq(): number {
    return this.#seq;
  }

  /** Reads until it is stopped. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.logger.warn({ reason: reasonOf(error) }, 'the stream cannot be read: it is tried again');
      }
      if (!signal.aborted) await sleep(AGAIN_AFTER_MS, signal);
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#messages?.close();
  }

  async #read(): Promise<void> {
    if (!(await this.#isSame())) return;
    const consumer = await this.#consumer();
    const messages = await consumer.consume({
      max_bytes: BATCH_BYTES,
      expires: EXPIRES_MS,
      idle_heartbeat: HEARTBEAT_MS,
    });
    this.#messages = messages;
    // a consumer of a stream that was made anew would wait in it for places that it does not have
    const looking = setInterval(() => void this.#isSame().catch(() => {}), LOOK_EVERY_MS);
    try {
      if (this.#stop.signal.aborted) return;
      let taken = 0;
      for await (const message of messages) {
        this.#take(message);
        // what is stored more slowly than it comes would pile up
        if (++taken % MESSAGES === 0) await this.#options.settled();
      }
    } finally {
      clearInterval(looking);
      await messages.close();
    }
  }

  async #consumer(): Promise<Consumer> {
    const { stream } = this.#options;
    return await stream.manager.jetstream().consumers.get(stream.name, { opt_start_seq: this.#seq + 1 });
  }

  /** Whether the stream is the one that was read until now. */
  async #isSame(): Promise<boolean> {
    const { stream, replaced } = this.#options;
    const info = await stream.manager.streams.info(stream.name);
    if (this.#stop.signal.aborted) return false;
    const { last_seq: last } = info.state;
    const isAnew = logOf(info) !== stream.log;
    if (!isAnew && last >= this.#seq) return true;
    const how = isAnew ? 'it was made anew' : `it ends at ${last} and was read up to ${this.#seq}`;
    void this.stop();
    replaced(`stream "${stream.name}" is another one than before: ${how}`);
    return false;
  }

  #take(message: JsMsg): void {
    const { seq } = message;
    if (seq <= this.#seq) return;
    if (seq > this.#seq + 1) this.#options.missed(seq - 1);
    this.#seq = seq;
    this.#options.take(message);
  }
}
