/**
 * What is one member's alone for as long as it lives: a target's process, the judging of rules.
 *
 *     claim ─ nobody's ─> create-if-absent ─> its own, with a number above that of all before
 *             of a life that is over ─> compare-and-set ─> the same
 *             of one that lives ─> null
 */
import type { KV } from '@nats-io/kv';
import { sleep } from '../../agent/base/waiting.ts';
import { isOutrun } from './bucket.ts';
import type { Session } from './session.ts';

/** What is held. */
export interface Claim {
  /** Rises with each holder. */
  readonly fence: number;
  /** Aborted when it is somebody else's to take. */
  readonly lost: AbortSignal;
  /** Asked before each act under it. */
  readonly isHeld: boolean;
  release(): Promise<void>;
}

interface Holder {
  readonly session: string;
  readonly name: string;
}

export class Claims {
  readonly #bucket: KV;
  readonly #session: Session;
  readonly #pollMs: number;

  constructor(bucket: KV, session: Session, pollMs: number) {
    this.#bucket = bucket;
    this.#session = session;
    this.#pollMs = pollMs;
  }

  /** Resolves when anything can be claimed; with false when the signal is aborted. */
  async ready(signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.#session.alive(signal)).isAlive;
    } catch {
      return false;
    }
  }

  /** Null where a member that lives has it. @throws Error where NATS does not answer; the reason of the signal */
  async claim(key: string, signal: AbortSignal): Promise<Claim | null> {
    const life = await this.#session.alive(signal);
    const value = JSON.stringify({ session: life.id, name: this.#session.name } satisfies Holder);
    const fence = await this.#take(key, value, life.id);
    if (fence === null || !life.isAlive) return null;
    return {
      fence,
      lost: life.lost,
      get isHeld() {
        return life.isAlive;
      },
      // somebody else has it already where that fails
      release: async () => {
        await this.#bucket.delete(key, { previousSeq: fence }).catch(() => {});
      },
    };
  }

  /** Resolves when nobody that lives has it, or the signal is aborted. */
  async free(key: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(this.#pollMs * (0.75 + Math.random() / 2), signal);
      try {
        if (!(await this.#holder(key))) return;
      } catch {
        // NATS is away: nobody can take it now
      }
    }
  }

  async #take(key: string, value: string, own: string): Promise<number | null> {
    const entry = await this.#bucket.get(key);
    const isThere = entry !== null && entry.operation === 'PUT';
    if (isThere) {
      const { session } = entry.json<Holder>();
      if (session === own) return entry.revision;
      if (await this.#session.isAlive(session)) return null;
    }
    try {
      return isThere ? await this.#bucket.update(key, value, entry.revision) : await this.#bucket.create(key, value);
    } catch (error) {
      if (await isOutrun(error)) return null;
      throw error;
    }
  }

  async #holder(key: string): Promise<Holder | undefined> {
    const entry = await this.#bucket.get(key);
    if (entry === null || entry.operation !== 'PUT') return undefined;
    const holder = entry.json<Holder>();
    return (await this.#session.isAlive(holder.session)) ? holder : undefined;
  }
}

/** Who has what: the name of a member that lives. @throws Error where NATS does not answer */
export async function holderIn(claims: KV, sessions: KV, key: string): Promise<string | undefined> {
  const entry = await claims.get(key);
  if (entry === null || entry.operation !== 'PUT') return undefined;
  const { session, name } = entry.json<Holder>();
  const life = await sessions.get(session);
  return life !== null && life.operation === 'PUT' ? name : undefined;
}
