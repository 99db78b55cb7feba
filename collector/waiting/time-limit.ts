/**
 * A signal that is aborted with another one or after a time, until it is disposed. (AbortSignal.any of AbortSignal.timeout
 * does not keep a program running, and in Node 20 may be collected before its time has come.)
 */
export class TimeLimit implements Disposable {
  readonly #own = new AbortController();
  readonly #isOver = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(ms: number, signal: AbortSignal) {
    const late = () => this.#own.abort(new DOMException(`not done within ${ms} ms`, 'TimeoutError'));
    this.#timer = setTimeout(late, ms);
    signal.addEventListener('abort', () => this.#own.abort(signal.reason), { signal: this.#isOver.signal });
    if (signal.aborted) this.#own.abort(signal.reason);
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#isOver.abort();
  }
}
