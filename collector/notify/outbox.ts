/**
 * What one receiver has yet to be sent. The log is the outbox: its alert events are read in order, and how far the receiver
 * has come is kept beside it, only after it has accepted what came before.
 *
 *     log ──> alert events after the place kept ──> notices ──> receiver ── accepted, or refused for ever ──> place kept
 *                                                     ^             │
 *                                                     └── backoff ──┘ failed
 *
 * At least once: a collector that is killed between the two tells it again, under the same key. One notice at a time, so
 * that an alert's are in order; other receivers have outboxes of their own.
 */
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Alert } from '../../protocol/alert.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import { Backoff } from '../base/backoff.ts';
import { WakeUp } from '../base/wake-up.ts';
import type { ConsumerOffsets } from '../log/consumer-offsets.ts';
import { type EventLog, type LogEntry, LostError } from '../log/log.ts';
import { type Notice, noticesOf, type Told } from './notice.ts';
import type { Receiver } from './receiver.ts';

/** How often the place is kept while there is nothing to tell. */
const CATCH_UP_MS = 60_000;
/** Between two attempts, at most. */
const MAX_RETRY_MS = 60_000;

const Kept = z.array(
  z.tuple([z.string(), z.object({ state: z.enum(['waiting', 'firing', 'over']), startsAt: z.string() })]),
);

export interface OutboxOptions {
  /** Of the receiver. */
  readonly name: string;
  readonly receiver: Receiver;
  readonly log: EventLog;
  /** Absent: what was sent is forgotten with the collector. */
  readonly offsets?: ConsumerOffsets | undefined;
  /** Whether a rule notifies this receiver. */
  readonly concerns: (alert: Pick<Alert, 'rule' | 'labels'>) => boolean;
  readonly logger: Logger;
  /** Whether it is still this collector that tells; where it is not, `stop` follows. */
  readonly mayTell?: () => boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Resolves after a time, or early when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What became of its notices so far. `failed`: attempts. */
export interface Tally {
  sent: number;
  failed: number;
  refused: number;
}

export class Outbox {
  readonly tally: Tally = { sent: 0, failed: 0, refused: 0 };
  readonly #options: OutboxOptions;
  readonly #wakeUp = new WakeUp();
  readonly #stop = new AbortController();
  readonly #told = new Map<string, Told>();
  /** What an earlier run had sent, where that is known only since: until the log says how those alerts stand. */
  readonly #toldBefore = new Map<string, Told>();
  #offset: number;
  #repeatAtMs = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#offset = options.log.offset;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Tells until it is stopped. Never rejects. */
  async run(): Promise<void> {
    const { log, logger, receiver } = this.#options;
    const unfollow = log.follow(({ head }) => {
      if (head.type === 'alert') this.#wakeUp.wake();
    });
    try {
      await this.#begin();
      this.#repeatAtMs = performance.now() + (receiver.repeatMs ?? 0);
      while (!this.#stop.signal.aborted) {
        await this.#readOn();
        await this.#repeat();
        await this.#wakeUp.wait(Math.min(CATCH_UP_MS, receiver.repeatMs ?? CATCH_UP_MS));
      }
    } catch (error) {
      logger.error({ err: error, receiver: this.name }, 'notifications ended');
    } finally {
      unfollow();
    }
  }

  /** Gives up what is under way: it is reported again when the collector is back. */
  stop(): void {
    this.#stop.abort();
    this.#wakeUp.wake();
  }

  /** Goes on where the receiver was; a new one is given what fires now. */
  async #begin(): Promise<void> {
    this.#options.offsets?.whenCommittedFound(this.#consumer, ({ committed: found }) => {
      if (found) this.#recall(found.state, this.#toldBefore);
    });
    const kept = this.#kept();
    if (!kept) return await this.#catchUp();
    this.#offset = kept.offset;
    this.#recall(kept.state, this.#told);
  }

  #recall(state: string, into: Map<string, Told>): void {
    const told = Kept.safeParse(parsed(state));
    if (told.success) for (const [fingerprint, one] of told.data) into.set(fingerprint, one);
    else
      this.#options.logger.warn(
        { receiver: this.name },
        'the record of notifications cannot be read: some may be sent again',
      );
  }

  #kept(): ReturnType<ConsumerOffsets['committed']> {
    try {
      return this.#options.offsets?.committed(this.#consumer);
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      return undefined;
    }
  }

  async #readOn(): Promise<void> {
    for (let page = await this.#page(); page.length > 0; page = await this.#page()) {
      for (const entry of page) {
        if (entry.head.type === 'alert') await this.#tell(entry.event);
        if (this.#stop.signal.aborted) return;
        this.#offset = entry.offset;
        if (entry.head.type === 'alert') this.#keep();
      }
      await setImmediate();
    }
    this.#keep();
  }

  async #page(): Promise<readonly LogEntry[]> {
    const { log, logger } = this.#options;
    try {
      // a log that was lost has begun anew
      if (this.#offset > log.offset) throw new LostError('this offset is in another log');
      return log.after(this.#offset);
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      logger.warn(
        { receiver: this.name },
        'notifications continue with what fires now: the log does not reach back far enough',
      );
      await this.#catchUp();
      return [];
    }
  }

  /** Gives the state of each alert, in place of all that led there. */
  async #catchUp(): Promise<void> {
    const { log } = this.#options;
    const { offset } = log;
    for (const { head, event } of log.latest()) {
      if (head.type === 'alert' && !this.#stop.signal.aborted) await this.#tell(event);
    }
    if (this.#stop.signal.aborted) return;
    this.#offset = offset;
    this.#keep();
  }

  async #tell(event: StreamEvent): Promise<void> {
    if (event.type !== 'alert') return;
    const { fingerprint, startsAt } = event;
    const before = this.#toldBefore.get(fingerprint);
    const wasTold = before?.startsAt === startsAt;
    const known = wasTold ? before : this.#told.get(fingerprint);
    // what was reported as firing is reported as over, though its rule has other receivers by now, or it belongs to an incident
    const concerns = event.incident === undefined && this.#options.concerns(event);
    if (!concerns && known?.state !== 'firing') {
      // what waited for its evidence is somebody else's by that
      this.#told.delete(fingerprint);
      return;
    }
    const { notices, told } = noticesOf(known, event);
    for (const notice of notices) await this.#deliver(notice);
    if (this.#stop.signal.aborted) return;
    if (wasTold) this.#toldBefore.delete(fingerprint);
    if (told) this.#told.set(fingerprint, told);
    // that an alert of before is over says nothing of one that has fired since
    else if (!wasTold || this.#told.get(fingerprint)?.startsAt === startsAt) this.#told.delete(fingerprint);
  }

  /** Until it is accepted or refused for ever, or the collector stops. */
  async #deliver(notice: Notice): Promise<void> {
    const { receiver, logger, random, sleep, mayTell = () => true } = this.#options;
    const { signal } = this.#stop;
    const { fingerprint, rule } = notice.alert;
    const backoff = new Backoff({ maxMs: MAX_RETRY_MS, random });
    for (let attempt = 1; mayTell() && !signal.aborted; attempt++) {
      const outcome = await receiver.send(notice, signal);
      if (signal.aborted) return;
      const about = { receiver: this.name, rule, fingerprint, status: notice.status };
      if (outcome.type === 'accepted') {
        this.tally.sent++;
        return;
      }
      if (outcome.type === 'refused') {
        this.tally.refused++;
        logger.error({ ...about, reason: outcome.reason }, 'notification refused: no further attempt');
        return;
      }
      this.tally.failed++;
      // one line for an outage, not one for each attempt
      if (attempt === 1)
        logger.warn({ ...about, reason: outcome.reason }, 'notification failed: another attempt follows');
      await sleep(Math.max(backoff.next(), Math.min(outcome.retryInMs ?? 0, MAX_RETRY_MS)), signal);
    }
  }

  /** Tells again what fires, for a receiver that forgets. */
  async #repeat(): Promise<void> {
    const { receiver, log } = this.#options;
    if (receiver.repeatMs === undefined || performance.now() < this.#repeatAtMs) return;
    this.#repeatAtMs = performance.now() + receiver.repeatMs;
    for (const { head, event } of log.latest()) {
      if (head.type !== 'alert' || event.type !== 'alert' || event.state !== 'firing') continue;
      if (this.#told.get(event.fingerprint)?.state !== 'firing' || this.#stop.signal.aborted) continue;
      // one that is lost is made up for by the next
      await receiver.send({ alert: alertOf(event), status: 'firing' }, this.#stop.signal);
    }
  }

  get #consumer(): string {
    return `notify:${this.name}`;
  }

  #keep(): void {
    this.#options.offsets?.commit({
      name: this.#consumer,
      offset: this.#offset,
      state: JSON.stringify([...new Map([...this.#told, ...this.#toldBefore])]),
    });
  }
}

function alertOf(event: Extract<StreamEvent, { type: 'alert' }>): Alert {
  const { type: _, offset: __, durable: ___, replay: ____, ...alert } = event;
  return alert;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
