/**
 * What stays when garbage has gone: minima of completed windows, of one series.
 *
 *     readings   . ' . ' | ' . ' . | . ' . ' | ' .        heap used: a sawtooth
 *     floors     _       | _       | _       | (open)     what judgement sees; the open window is nobody's business
 *
 * Windows lie on a grid of time, so that those of all series of a rule end together. A window without readings gives no
 * floor; the times say so.
 */

export interface FloorsOptions {
  /** Milliseconds of one window. */
  readonly windowMs: number;
  /** Floors that are kept; older ones are forgotten. */
  readonly keep: number;
}

export class Floors {
  /** Middles of the windows, in milliseconds of the readings' clock; rising. */
  readonly atMs: number[] = [];
  readonly values: number[] = [];
  readonly #options: FloorsOptions;
  #window = Number.NEGATIVE_INFINITY;
  #minimum = Number.POSITIVE_INFINITY;

  constructor(options: FloorsOptions) {
    this.#options = options;
  }

  /** Takes a reading, not older than the last; tells whether it completed a window. */
  add(atMs: number, value: number): boolean {
    const window = Math.floor(atMs / this.#options.windowMs);
    const completed = window > this.#window && this.#minimum !== Number.POSITIVE_INFINITY;
    if (completed) this.#push();
    if (window > this.#window) this.#minimum = Number.POSITIVE_INFINITY;
    this.#window = Math.max(window, this.#window);
    this.#minimum = Math.min(this.#minimum, value);
    return completed;
  }

  /** Adds to all that is kept: what came at one moment and is no growth (our own footprint) is taken out of the past. */
  shift(by: number): void {
    for (let i = 0; i < this.values.length; i++) this.values[i]! += by;
    this.#minimum += by;
  }

  /** Puts older floors in front, as many of the newest as there is room for. */
  precede(atMs: readonly number[], values: readonly number[]): void {
    const room = Math.max(0, this.#options.keep - this.values.length);
    for (let i = atMs.length - 1; i >= Math.max(0, atMs.length - room); i--) {
      this.atMs.unshift(atMs[i]!);
      this.values.unshift(values[i]!);
    }
  }

  clear(): void {
    this.atMs.length = 0;
    this.values.length = 0;
    this.#window = Number.NEGATIVE_INFINITY;
    this.#minimum = Number.POSITIVE_INFINITY;
  }

  /** Milliseconds from the first floor kept to the last, whole windows. */
  get spanMs(): number {
    if (this.atMs.length === 0) return 0;
    return this.atMs.at(-1)! - this.atMs[0]! + this.#options.windowMs;
  }

  #push(): void {
    this.atMs.push((this.#window + 0.5) * this.#options.windowMs);
    this.values.push(this.#minimum);
    if (this.values.length <= this.#options.keep) return;
    this.atMs.shift();
    this.values.shift();
  }
}
