/** How many frames a client sent within the last second. */

const SECOND_MS = 1_000;

export class Rate {
  /** Instants of the last `max` frames, a ring. */
  readonly #atMs: Float64Array;
  #next = 0;

  /** @param max frames that any second may hold. */
  constructor(max: number) {
    this.#atMs = new Float64Array(max).fill(Number.NEGATIVE_INFINITY);
  }

  /** Counts one more frame; false if it is one too many. */
  admits(nowMs: number): boolean {
    const oldestMs = this.#atMs[this.#next]!;
    this.#atMs[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#atMs.length;
    return nowMs - oldestMs >= SECOND_MS;
  }
}
