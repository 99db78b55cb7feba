/**
 * `types` from a collection that V8 does anyway: waits for one beside whatever else goes on. A probe that collects all by
 * itself, or that is to have the target alone, ends the wait.
 */
import type { Prober, Ran } from './prober.ts';

/** What became of a wait; null where V8 did no collection in time. */
export type Watched = Ran | 'stopped' | null;

export class PassiveTypes {
  readonly #prober: Pick<Prober, 'passiveTypes'>;
  #stop = new AbortController();
  #watching: Promise<Watched> | undefined;

  constructor(prober: Pick<Prober, 'passiveTypes'>) {
    this.#prober = prober;
  }

  get isWatching(): boolean {
    return this.#watching !== undefined;
  }

  /** Waits for a collection of the isolate. Never rejects. */
  watch(isolate: string): Promise<Watched> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#watching = this.#prober
      .passiveTypes(isolate, signal)
      .then((ran): Watched => ran ?? (signal.aborted ? 'stopped' : null))
      .finally(() => {
        this.#watching = undefined;
      });
    return this.#watching;
  }

  /** Ends the wait, and resolves when the target is not traced any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }
}
