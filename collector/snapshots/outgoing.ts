/**
 * Sends the snapshots that are kept to where the team has its own, and lets go there what is too old.
 *
 *     kept ─> not there yet, and not too old for there ─> send ─> told: log, webhooks ─> excess there removed
 *
 * What is there is asked of the place itself, at the start and after each snapshot: a collector that was killed goes on where it was.
 * A place that cannot be asked (PUT) gets what is kept from the start on.
 */

import type { Logger } from 'pino';
import { Either } from '../../agent/base/either.ts';
import { sleep } from '../../agent/base/waiting.ts';
import type { SnapshotFile } from '../../protocol/snapshots.ts';
import { Backoff } from '../base/backoff.ts';
import type { Place } from '../egress/place.ts';
import { keptParts } from './snapshot-name.ts';
import type { KeptFile, Snapshots } from './snapshots.ts';

/** After a failure, and when nobody wakes it. */
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 5 * 60_000;
const EVERY_MS = 10 * 60_000;

/** A snapshot that is there. */
export interface Sent extends SnapshotFile {
  /** `s3://heaps/prod/api.main.….heapsnapshot` */
  readonly address: string;
  readonly sentAt: string;
}

/** Told of what is being sent, and able to stop it. */
export interface Sending {
  readonly signal: AbortSignal;
  onBytes(bytes: number): void;
}

export interface OutgoingOptions {
  readonly place: Place;
  readonly snapshots: Snapshots;
  /** Of each target, that stay there; absent: all. */
  readonly keep?: number;
  readonly maxAgeMs?: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Does `send` as something that can be followed and cancelled. */
  readonly operation: (file: SnapshotFile, send: (sending: Sending) => Promise<void>) => Promise<void>;
  readonly tell: (sent: Sent) => Promise<void>;
  readonly firstRetryMs?: number;
}

export class Outgoing implements AsyncDisposable {
  readonly #options: OutgoingOptions;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** Names of what was sent, or seen there, or given up by somebody. */
  readonly #done = new Set<string>();
  #wake = new AbortController();

  constructor(options: OutgoingOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get place(): Place {
    return this.#options.place;
  }

  /** A snapshot was kept. */
  wake(): void {
    this.#wake.abort();
  }

  /** Gives up what is being sent; it is begun anew at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger, place, firstRetryMs = FIRST_RETRY_MS } = this.#options;
    const backoff = new Backoff({ firstMs: firstRetryMs, maxMs: MAX_RETRY_MS });
    let isBegun = false;
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      let waitMs = EVERY_MS;
      try {
        if (!isBegun) await this.#begin();
        isBegun = true;
        await this.#round();
        backoff.reset();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        waitMs = backoff.next();
        logger.warn({ err: error, to: place.name, retryInMs: waitMs }, 'snapshots not sent');
      }
      await sleep(waitMs, this.#wake.signal, { ref: false });
    }
  }

  async #begin(): Promise<void> {
    const { place, snapshots } = this.#options;
    const { signal } = this.#stop;
    if (await place.list(signal)) return;
    // who cannot be asked has what there was before, as far as anybody knows
    for (const { name } of await snapshots.list()) this.#done.add(name);
  }

  async #round(): Promise<void> {
    const { place, snapshots } = this.#options;
    const { signal } = this.#stop;
    await place.clear(signal);
    const there = await place.list(signal);
    for (const { name } of there ?? []) this.#done.add(name);
    const kept = (await snapshots.files()).filter(({ name }) => keptParts(name));
    const all = [...(there ?? []).map(({ name }) => name), ...kept.map(({ name }) => name)];
    const excess = new Set(this.#excess(all));
    // the oldest first, as they came
    for (const file of kept.sort((a, b) => ((a.takenAt ?? '') < (b.takenAt ?? '') ? -1 : 1))) {
      if (this.#done.has(file.name) || excess.has(file.name)) continue;
      await this.#send(file);
    }
    for (const { name } of there ?? []) if (excess.has(name)) await place.remove(name);
  }

  async #send(file: KeptFile): Promise<void> {
    const { place, operation, tell, logger, now } = this.#options;
    const { path, version: _, ...shown } = file;
    const isSent = await operation(shown, async ({ signal, onBytes }) => {
      using over = new Either([signal, this.#stop.signal]);
      await place.send(path, file.name, { signal: over.signal, onBytes });
    }).then(
      () => true,
      (error: unknown) => {
        if (!isOver(error)) throw error;
        return false;
      },
    );
    this.#done.add(file.name);
    if (!isSent) return;
    const sent: Sent = { ...shown, address: place.addressOf(file.name), sentAt: new Date(now()).toISOString() };
    logger.info({ file: file.name, to: sent.address, sizeBytes: file.sizeBytes }, 'snapshot sent');
    await tell(sent);
  }

  /** What is to go there, or need not come: beyond `keep` of its target, or too old. */
  #excess(names: readonly string[]): string[] {
    const { keep = Number.POSITIVE_INFINITY, maxAgeMs = Number.POSITIVE_INFINITY, now } = this.#options;
    const newest = [...new Set(names)]
      .flatMap((name) => {
        const parts = keptParts(name);
        return parts ? [{ name, ...parts }] : [];
      })
      .sort((a, b) => (a.takenAt < b.takenAt ? 1 : -1));
    const seen = new Map<string, number>();
    return newest
      .filter(({ target, takenAt }) => {
        const place = (seen.get(target) ?? 0) + 1;
        seen.set(target, place);
        return place > keep || now() - Date.parse(takenAt) > maxAgeMs;
      })
      .map(({ name }) => name);
  }
}

/** Somebody has cancelled it, or it was removed before its turn. */
function isOver(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as Error).name === 'CancelledError';
}
