/**
 * How much of the chance of a false alarm one of many looks may use up, so that all looks together keep to it.
 *
 *     chance    0 ──────┬────┬─────────┬──── budget      looks come when they come: each has what time has earned
 *     time      begin  look look     look    period      since the look before
 *
 * The spending function of Lan and DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70 (1983), linear in
 * time: neither how many looks there will be nor when has to be known. The chance of an alarm at any look of a period is at
 * most the sum of what they spent (Boole), however much the looks have in common. Pure.
 */

/** No look is given more, however long nobody looked: a test is to be one. */
const MOST = 0.05;

export class Spending {
  readonly #perMs: number;
  #spentToMs: number | undefined;
  #last = 0;

  /**
   * @param budget chance of a false alarm in a period, in (0, 1)
   * @param periodMs milliseconds of the period
   */
  constructor(budget: number, periodMs: number) {
    this.#perMs = budget / periodMs;
  }

  /** The time begins, if it has not. */
  begin(atMs: number): void {
    this.#spentToMs ??= atMs;
  }

  /** What a look at this time may spend, in [0, 0.05]. It is spent by that; the same look again is no other. */
  look(atMs: number): number {
    this.begin(atMs);
    if (atMs > this.#spentToMs!) {
      this.#last = Math.min(MOST, (atMs - this.#spentToMs!) * this.#perMs);
      this.#spentToMs = atMs;
    }
    return this.#last;
  }
}
