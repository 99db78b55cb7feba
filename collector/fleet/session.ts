/**
 * The life of one member of a fleet as all others see it: a key that it writes again and again, and that is gone when it has
 * not for the time of a lease. What it has claimed is its own for so long.
 *
 *     create ─> alive ── written again each quarter ──> alive
 *                 └── not for a lease, less a margin, by its own clock ──> lost, and then a new life
 *
 * Its own clock begins when a write is sent, that of NATS when it arrives: it takes itself for dead before others do.
 */
import { randomUUID } from 'node:crypto';
import type { KV } from '@nats-io/kv';
import type { Logger } from 'pino';
import { Either } from '../../agent/base/either.ts';
import { sleep, within } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { isOutrun } from './bucket.ts';
import type { About } from './members.ts';
import { token } from './subjects.ts';

/** One life: from its first write until it is lost. */
export class Life {
  /** Tells it from all others. */
  readonly id: string;
  readonly #lost = new AbortController();
  #deadlineMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(id: string, deadlineMs: number) {
    this.id = id;
    this.#deadlineMs = deadlineMs;
    this.#watch();
  }

  /** Aborted when what it has claimed is its own no more. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Asked before each act: a process that stood still wakes without knowing for how long. */
  get isAlive(): boolean {
    if (performance.now() >= this.#deadlineMs) this.end('it was not heard of for too long');
    return !this.#lost.signal.aborted;
  }

  prolong(deadlineMs: number): void {
    if (!this.isAlive) return;
    this.#deadlineMs = deadlineMs;
    this.#watch();
  }

  end(reason: string): void {
    clearTimeout(this.#timer);
    if (!this.#lost.signal.aborted) this.#lost.abort(new Error(reason));
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.isAlive, Math.max(0, this.#deadlineMs - performance.now()) + 1);
    this.#timer.unref();
  }
}

export interface SessionOptions {
  readonly bucket: KV;
  readonly about: About;
  readonly leaseMs: number;
  readonly logger: Logger;
}

/** What the clocks of two machines may differ in speed, and a message on its way. */
const MARGIN = 0.1;

export class Session {
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #born = new Set<(life: Life) => void>();
  #life: Life | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get name(): string {
    return this.#options.about.name;
  }

  /** The life that it has now. */
  get life(): Life | undefined {
    return this.#life?.isAlive ? this.#life : undefined;
  }

  /** Resolves with a life once there is one. @throws the reason of the signal */
  async alive(signal: AbortSignal): Promise<Life> {
    const { life } = this;
    if (life) return life;
    return await new Promise((resolve, reject) => {
      const born = (next: Life) => {
        this.#born.delete(born);
        signal.removeEventListener('abort', end);
        resolve(next);
      };
      this.#born.add(born);
      const end = () => {
        this.#born.delete(born);
        reject(signal.reason);
      };
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
  }

  /** Whether the member that had this life has it still, as NATS sees it. */
  async isAlive(id: string): Promise<boolean> {
    const entry = await this.#options.bucket.get(id);
    return entry !== null && entry.operation === 'PUT';
  }

  /** Ends its life: what it had claimed is free at once. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    const life = this.#life;
    life?.end('it is closed');
    if (life) await within(this.#stepMs(), 'end a session', this.#options.bucket.delete(life.id)).catch(() => {});
  }

  async #run(): Promise<void> {
    const { logger } = this.#options;
    const { signal } = this.#stop;
    let told = '';
    while (!signal.aborted) {
      try {
        await this.#live();
        told = '';
      } catch (error) {
        const reason = reasonOf(error);
        if (reason !== told && !signal.aborted)
          logger.warn({ reason }, 'the fleet cannot be joined: it is tried again');
        told = reason;
        await sleep(this.#stepMs(), signal);
      }
    }
  }

  /** One life to its end. @throws where it cannot begin */
  async #live(): Promise<void> {
    const { bucket, about, logger } = this.#options;
    const { signal } = this.#stop;
    const id = `${token(about.name)}.${randomUUID()}`;
    const value = JSON.stringify(about);
    const began = performance.now();
    let revision = await within(this.#stepMs(), 'join the fleet', bucket.create(id, value));
    const life = new Life(id, this.#deadline(began));
    this.#life = life;
    for (const born of this.#born) born(life);
    using over = new Either([signal, life.lost]);
    while (life.isAlive && !signal.aborted) {
      await sleep(this.#stepMs(), over.signal);
      if (signal.aborted || !life.isAlive) break;
      const sent = performance.now();
      try {
        revision = await bucket.update(id, value, revision, this.#stepMs());
        life.prolong(this.#deadline(sent));
      } catch (error) {
        // a write of ours whose answer was lost may have arrived
        if (await isOutrun(error)) revision = await this.#revisionOf(life, revision);
      }
    }
    if (!signal.aborted) logger.warn({ member: about.name }, 'the lease is lost: NATS was away for too long');
  }

  async #revisionOf(life: Life, before: number): Promise<number> {
    const entry = await this.#options.bucket.get(life.id).catch(() => undefined);
    if (entry === null) life.end('it has run out');
    return entry?.operation === 'PUT' ? entry.revision : before;
  }

  #deadline(sentMs: number): number {
    return sentMs + this.#options.leaseMs * (1 - MARGIN);
  }

  #stepMs(): number {
    return this.#options.leaseMs / 4;
  }
}
