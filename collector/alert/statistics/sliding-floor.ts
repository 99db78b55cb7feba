/**
 * What stays when what comes and goes is over: the least of the readings of the last while, at each reading.
 *
 *     readings   2  9  9  3  4  9  9  5        a batch is alive at two readings
 *     floor      2  2  2  3  3  3  4  5        of the last three: it never shows
 *
 * The while is a time; where readings are rare it is the last two of them.
 */

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
    this.#readings.push({ atMs, value });
    while (this.#readings.length > 2 && this.#readings[0]!.atMs <= atMs - this.#windowMs) this.#readings.shift();
    return this.#readings.reduce((least, { value }) => Math.min(least, value), Number.POSITIVE_INFINITY);
  }

  /** All that was read rises by what is no growth. */
  shift(by: number): void {
    this.#readings = this.#readings.map(({ atMs, value }) => ({ atMs, value: value + by }));
  }
}
