/** What waits to be stored beside events: states of consumers, and keys of the log that have no state any more. */

import type { ConsumerOffset } from '../log/consumer-offsets.ts';
import type { LogEntry } from '../log/log.ts';
import type { Batch } from './writer.ts';

/** What is written of it in one transaction. */
export type Taken = Required<Pick<Batch, 'dropped' | 'consumers'>>;

export class Beside {
  #dropped: Taken['dropped'] = [];
  readonly #consumers = new Map<string, ConsumerOffset>();

  /** How much of it there is. */
  get size(): number {
    return this.#dropped.length + this.#consumers.size;
  }

  /** Entries that are not the state of their key any more. */
  drop(entries: readonly LogEntry[]): void {
    this.#dropped = [...this.#dropped, ...entries.map(({ key, offset }) => ({ key, offset }))];
  }

  /** A newer state of the same name replaces it. */
  commit(state: ConsumerOffset): void {
    this.#consumers.set(state.name, state);
  }

  committed(name: string): ConsumerOffset | undefined {
    return this.#consumers.get(name);
  }

  /** Gives all of it, which then waits no more. */
  take(): Taken {
    const taken = { dropped: this.#dropped, consumers: [...this.#consumers.values()] };
    this.#dropped = [];
    this.#consumers.clear();
    return taken;
  }

  /** What was taken and could not be stored waits again, but for what is newer. */
  putBack({ dropped, consumers }: Taken): void {
    this.#dropped = [...dropped, ...this.#dropped];
    for (const state of consumers) if (!this.#consumers.has(state.name)) this.#consumers.set(state.name, state);
  }
}
