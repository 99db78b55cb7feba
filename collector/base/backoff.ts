/**
 * How long to wait before the next attempt: full jitter over a doubling bound, so that targets that went together do not
 * come back together (Brooker, "Exponential Backoff and Jitter", 2015).
 */

export interface BackoffOptions {
  /** Upper bound of the first wait in milliseconds; default 250. */
  firstMs?: number;
  /** The bound that doubling ends at, in milliseconds; default 30,000. */
  maxMs?: number;
  /** Uniform in [0, 1); default Math.random. */
  random?: () => number;
}

export class Backoff {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #boundMs: number;

  constructor({ firstMs = 250, maxMs = 30_000, random = Math.random }: BackoffOptions = {}) {
    this.#firstMs = firstMs;
    this.#maxMs = maxMs;
    this.#random = random;
    this.#boundMs = firstMs;
  }

  /** Milliseconds to wait now: uniform in [0, bound); the bound doubles for the next failure. */
  next(): number {
    const waitMs = Math.floor(this.#random() * this.#boundMs);
    this.#boundMs = Math.min(this.#boundMs * 2, this.#maxMs);
    return waitMs;
  }

  /** Starts anew after a success that lasted. */
  reset(): void {
    this.#boundMs = this.#firstMs;
  }
}
