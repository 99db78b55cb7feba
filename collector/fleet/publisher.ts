/**
 * Publishes what one of the fleet has to say, each once and acknowledged, what is said of one target in order:
 *
 *     say ─> packed ─> WaitingMessages ─> JetStream ── acknowledged ─> taken
 *                            ^                │
 *                            └── put back ────┘ no answer; asked first whether it has arrived all the same
 *
 * Never throws and never gives up: while NATS is away all waits, and beyond its bound the oldest is dropped, which is said in
 * the log here and, as the target's state, in the stream.
 */
import type { JetStreamClient } from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { keyOf, type NewEvent } from '../log/log.ts';
import { pack, type Said } from './message.ts';
import type { EventStream } from './stream.ts';
import { eventSubject } from './subjects.ts';
import { type Waiting, WaitingMessages } from './waiting-messages.ts';

export interface PublisherOptions {
  readonly connection: NatsConnection;
  readonly stream: EventStream;
  /** Who publishes: a part of each subject, and nobody else's. */
  readonly agent: string;
  /** Of the log whose events they are, so that one that comes twice is known: no two runs have the same. */
  readonly log: string;
  readonly maxWaitingBytes: number;
  readonly logger: Logger;
  /** Added to what is said. */
  readonly headers?: (said: Said) => Readonly<Record<string, string>>;
}

/** How many are under way at once. */
const UNDER_WAY = 64;
const ACKNOWLEDGED_WITHIN_MS = 5_000;
const AGAIN_AFTER_MS = 500;
/** What a message has beside its payload. */
const HEADER_BYTES = 4_096;
const MESSAGE_ID = 'Nats-Msg-Id';
/** In place of a target. */
const JUDGE = '_judge';

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #client: JetStreamClient;
  readonly #waiting: WaitingMessages;
  readonly #makeHeaders: () => MsgHdrs;
  readonly #stop = new AbortController();
  /** Of targets: told again where something of them was dropped. */
  readonly #states = new Map<string, Extract<NewEvent, { type: 'target' }>>();
  readonly #idle = new Set<() => void>();
  #underWay = 0;
  #said = 0;
  /** Where in the stream the newest is that was acknowledged. */
  #acknowledged = 0;
  #toldTrouble = '';

  constructor(options: PublisherOptions, makeHeaders: () => MsgHdrs) {
    this.#options = options;
    this.#client = options.stream.manager.jetstream();
    this.#waiting = new WaitingMessages(options.maxWaitingBytes);
    this.#makeHeaders = makeHeaders;
  }

  static async open(options: PublisherOptions): Promise<Publisher> {
    const { headers } = await import('@nats-io/transport-node');
    return new Publisher(options, headers);
  }

  /** Where in the stream the newest is that was acknowledged; 0 before the first. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** How much waits. */
  get waiting(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#waiting.size, bytes: this.#waiting.bytes };
  }

  say(said: Said): void {
    if (this.#stop.signal.aborted) return;
    if (said.act === 'event' && said.event.type === 'target') this.#states.set(said.event.target, said.event);
    if (said.act === 'retire') this.#states.delete(said.target);
    this.#add(said);
    this.#go();
  }

  /** Resolves when nothing waits any more, or the publisher is closed. */
  settled(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.add(resolve));
  }

  /** Publishes what waits if that can be done within `graceMs`, and takes no more. */
  async close(graceMs: number): Promise<void> {
    await Promise.race([this.settled(), sleep(graceMs, this.#stop.signal)]);
    this.#stop.abort();
    const { messages } = this.waiting;
    if (messages > 0) this.#options.logger.error({ events: messages }, 'events are lost: NATS did not take them');
    this.#tellIdle();
  }

  #add(said: Said): void {
    const { connection, stream, agent, log, headers } = this.#options;
    const { headers: own, data } = pack(said, (connection.info?.max_payload ?? 2 ** 20) - HEADER_BYTES);
    const target = targetOf(said);
    this.#waiting.add({
      target,
      subject: eventSubject(stream.name, { agent, target, topic: topicOf(said), key: keyOfSaid(said) }),
      id: `${log}:${++this.#said}`,
      headers: { ...own, ...headers?.(said) },
      data,
    });
  }

  #go(): void {
    while (this.#underWay < UNDER_WAY && !this.#stop.signal.aborted) {
      const message = this.#waiting.next();
      if (!message) break;
      this.#underWay++;
      void this.#publish(message).finally(() => {
        this.#underWay--;
        this.#tellDropped(message.target);
        this.#go();
        if (this.#isIdle()) this.#tellIdle();
      });
    }
  }

  async #publish(message: Waiting): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const seq = (attempt > 1 && (await this.#arrived(message))) || (await this.#send(message));
        this.#acknowledged = Math.max(this.#acknowledged, seq);
        this.#waiting.taken(message);
        this.#toldTrouble = '';
        return;
      } catch (error) {
        this.#tellTrouble(error);
        await sleep(AGAIN_AFTER_MS, signal);
      }
    }
    this.#waiting.putBack(message);
  }

  async #send({ subject, id, headers, data }: Waiting): Promise<number> {
    const all = this.#makeHeaders();
    for (const [name, value] of Object.entries(headers)) all.set(name, value);
    const { seq } = await this.#client.publish(subject, data, {
      msgID: id,
      headers: all,
      timeout: ACKNOWLEDGED_WITHIN_MS,
      expect: { streamName: this.#options.stream.name },
    });
    return seq;
  }

  /** Where it is in the stream, if it has arrived and only the answer was lost: nobody else writes to its subject. */
  async #arrived({ subject, id }: Waiting): Promise<number | undefined> {
    const { manager, name } = this.#options.stream;
    const newest = await manager.streams.getMessage(name, { last_by_subj: subject });
    return newest?.header.get(MESSAGE_ID) === id ? newest.seq : undefined;
  }

  /** One line for an outage, not one for each attempt. */
  #tellTrouble(error: unknown): void {
    const reason = reasonOf(error);
    if (this.#toldTrouble === reason || this.#stop.signal.aborted) return;
    this.#toldTrouble = reason;
    this.#options.logger.warn({ reason, ...this.waiting }, 'NATS does not take events: they wait');
  }

  #tellDropped(target: string): void {
    const dropped = this.#waiting.takeDropped(target);
    if (dropped === 0) return;
    const reason = `events of it that are lost: ${dropped}; NATS was away, and what waited was more than fleet.buffer`;
    this.#options.logger.error({ target, events: dropped }, 'events are lost: NATS was away for too long');
    const state = this.#states.get(target);
    if (state) this.#add({ act: 'event', event: { ...state, reason } });
  }

  #isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.size === 0;
  }

  #tellIdle(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}

function targetOf(said: Said): string {
  if (said.act === 'event') return said.event.target;
  return said.act === 'judge' ? JUDGE : said.target;
}

function topicOf(said: Said): string {
  return said.act === 'event' ? said.event.type : said.act;
}

/** What a newer one of the same takes the place of. */
function keyOfSaid(said: Said): string {
  if (said.act === 'event') return keyOf(said.event);
  return JSON.stringify(said.act === 'forget' ? ['forget', said.which.isolate, said.which.alert] : [said.act]);
}
