/**
 * Where the one that judges keeps how far it has come, for the one after it: a key a consumer, in a bucket of the fleet.
 *
 *     commit ─> what was appended before is in the stream ─> compare-and-set ─> kept
 *                                                              └─ outrun: somebody else judges by now
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KV } from '@nats-io/kv';
import type { Logger } from 'pino';
import { z } from 'zod';
import { sleep } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { ConsumerOffset, ConsumerOffsets } from '../log/consumer-offsets.ts';
import { isOutrun } from './bucket.ts';
import { token } from './subjects.ts';

export interface SharedStateOptions {
  readonly bucket: KV;
  /** Resolves when all that was appended until now is in the stream. */
  readonly settled: () => Promise<void>;
  /** Aborted when nothing is to be kept any more. */
  readonly signal: AbortSignal;
  /** Somebody else has written in the meantime. */
  readonly outrun: () => void;
  readonly logger: Logger;
}

const Kept = z.strictObject({ name: z.string(), offset: z.int().nonnegative(), state: z.string() });
const PREFIX = 'consumer.';
const MAX_STATE_BYTES = 64 * 2 ** 20;
const AGAIN_AFTER_MS = 500;

export class SharedState implements ConsumerOffsets {
  readonly #options: SharedStateOptions;
  readonly #committed: Map<string, ConsumerOffset>;
  readonly #revisions: Map<string, number>;
  readonly #waiting = new Map<string, ConsumerOffset>();
  #writing: Promise<void> | undefined;

  /** Reads what is kept. @throws Error where NATS does not answer */
  static async open(options: SharedStateOptions): Promise<SharedState> {
    const committed = new Map<string, ConsumerOffset>();
    const revisions = new Map<string, number>();
    for await (const key of await options.bucket.keys(`${PREFIX}>`)) {
      const entry = await options.bucket.get(key);
      if (entry === null || entry.operation !== 'PUT') continue;
      const kept = readKept(entry.value);
      committed.set(kept.name, kept);
      revisions.set(key, entry.revision);
    }
    return new SharedState(options, committed, revisions);
  }

  private constructor(
    options: SharedStateOptions,
    committed: Map<string, ConsumerOffset>,
    revisions: Map<string, number>,
  ) {
    this.#options = options;
    this.#committed = committed;
    this.#revisions = revisions;
  }

  commit(state: ConsumerOffset): void {
    this.#committed.set(state.name, state);
    this.#waiting.set(state.name, state);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  committed(name: string): ConsumerOffset | undefined {
    return this.#committed.get(name);
  }

  /** All of it was read at the start. */
  whenCommittedFound(): boolean {
    return false;
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { settled, signal, logger } = this.#options;
    let told = false;
    while (this.#waiting.size > 0 && !signal.aborted) {
      const states = [...this.#waiting.values()];
      try {
        await settled();
        for (const state of states) await this.#put(state);
      } catch (error) {
        if (await isOutrun(error)) return this.#options.outrun();
        if (!told)
          logger.warn({ reason: reasonOf(error) }, 'how far judging has come cannot be kept: it is tried again');
        told = true;
        await sleep(AGAIN_AFTER_MS, signal);
      }
    }
  }

  async #put(state: ConsumerOffset): Promise<void> {
    const { bucket, signal } = this.#options;
    if (signal.aborted) return;
    const key = `${PREFIX}${token(state.name)}`;
    const value = gzipSync(JSON.stringify(state), { level: 1 });
    const before = this.#revisions.get(key);
    const revision = before === undefined ? await bucket.create(key, value) : await bucket.update(key, value, before);
    this.#revisions.set(key, revision);
    if (this.#waiting.get(state.name) === state) this.#waiting.delete(state.name);
  }
}

function readKept(value: Uint8Array): ConsumerOffset {
  const text = gunzipSync(value, { maxOutputLength: MAX_STATE_BYTES }).toString();
  return Kept.parse(JSON.parse(text));
}
