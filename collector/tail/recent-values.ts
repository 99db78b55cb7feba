/** The last readings of one figure, oldest first. */

/** Readings that are kept: what a sparkline can show. */
const KEPT = 120;
/** The readings that growth is judged by. */
const JUDGED = 12;
/** What tells steady growth: at least this many rises, and this share of them (dozer's monotonicity). */
const MIN_RISES = 3;
const MIN_MONOTONICITY = 0.7;

export class RecentValues {
  readonly #values: number[] = [];
  readonly #atMs: number[] = [];

  push(value: number, atMs: number): void {
    this.#values.push(value);
    this.#atMs.push(atMs);
    if (this.#values.length <= KEPT) return;
    this.#values.shift();
    this.#atMs.shift();
  }

  get values(): readonly number[] {
    return this.#values;
  }

  get last(): number {
    return this.#values.at(-1) ?? 0;
  }

  /** What the last reading has over the one before; 0 for a first one. */
  get step(): number {
    return this.#values.length < 2 ? 0 : this.last - this.#values.at(-2)!;
  }

  /** Per minute, over the readings that growth is judged by. */
  get ratePerMinute(): number {
    const first = Math.max(0, this.#values.length - JUDGED - 1);
    const spanMs = this.#atMs.at(-1)! - this.#atMs[first]!;
    return spanMs > 0 ? ((this.last - this.#values[first]!) / spanMs) * 60_000 : 0;
  }

  /** Rises / (rises + falls + 1) of the last readings, 0 to 1: high where a figure rises again and again and never falls. */
  get monotonicity(): number {
    const { rises, falls } = this.#steps();
    return rises / (rises + falls + 1);
  }

  get growsSteadily(): boolean {
    return this.#steps().rises >= MIN_RISES && this.monotonicity >= MIN_MONOTONICITY && this.ratePerMinute > 0;
  }

  #steps(): { rises: number; falls: number } {
    const judged = this.#values.slice(-JUDGED - 1);
    let rises = 0;
    let falls = 0;
    for (let i = 1; i < judged.length; i++) {
      if (judged[i]! > judged[i - 1]!) rises++;
      else if (judged[i]! < judged[i - 1]!) falls++;
    }
    return { rises, falls };
  }
}
