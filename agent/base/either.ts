/**
 * A signal that is aborted with the first of several, until it is disposed. AbortSignal.any keeps what listens to it, 1.2 KB
 * and more, for as long as one of its sources lives, aborted or not (Node 18 to 26): a target's signal lives for months.
 */
export class Either implements Disposable {
  readonly #own = new AbortController();
  readonly #isOver = new AbortController();

  constructor(signals: Iterable<AbortSignal | undefined>) {
    for (const signal of signals) {
      signal?.addEventListener('abort', () => this.#own.abort(signal.reason), { signal: this.#isOver.signal });
      if (signal?.aborted) this.#own.abort(signal.reason);
    }
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  [Symbol.dispose](): void {
    this.#isOver.abort();
  }
}
