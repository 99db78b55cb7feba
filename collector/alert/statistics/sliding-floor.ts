/**
 * What stays when what comes and goes is over: the least of the readings of the last while, at each reading.
 *
 *     readings   2  9  9  3  4  9  9  5        a batch is alive at two readings
 *     floor      2  2  2  3  3  3  4  5        of the last three: it never shows
 *
 * The while is a time; where readings are rare it is the last two of them. A schedule is not kept to the millisecond: a reading
 * that is nearly as old as the while, by a quarter of the time from one to the next, is none of it.
 */

/** Share of the time between two readings by which one may be early or late. */
const JITTER_RATIO = 0.25;

interface Reading {
  readonly atMs: number;
  readonly value: number;
}

export class SlidingFloor {
  readonly #windowMs: number;
  #readings: Reading[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Takes a reading, not older than the last; gives the floor. Linear in the readings of a window. */
  add(atMs: number, value: number): number {
    const spareMs = JITTER_RATIO * (atMs - (this.#readings.at(-1)?.atMs ?? atMs));
    this.#readings.push({ atMs, value });
    const fromMs = atMs - this.#windowMs + spareMs;
    while (this.#readings.length > 2 && this.#readings[0]!.atMs <= fromMs) this.#readings.shift();
    return this.#readings.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
  }

  /** All that was read rises by what is no growth. */
  shift(by: number): void {
    this.#readings = this.#readings.map(({ atMs, value }) => ({ atMs, value: value + by }));
  }
}
