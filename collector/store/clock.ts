/**
 * The store's own clock, by which ages are measured: it runs while a collector runs, whatever the clock on the wall does, and
 * never goes back. For the time between two runs it goes by the wall, but no further than an hour: a clock that was set
 * forward by a year would else take away all that is stored.
 */
const MAX_ABSENCE_MS = 3_600_000;

export interface ClockStart {
  /** The own clock when the newest event was stored, and the wall's; null where nothing was stored yet. */
  readonly agedMs: number;
  readonly atMs: number | null;
}

export class StoreClock {
  readonly #startMs: number;
  readonly #monotonic: () => number;

  /** @param monotonic milliseconds of a clock that never goes back. @param nowMs by the clock on the wall */
  constructor({ agedMs, atMs }: ClockStart, nowMs: number, monotonic: () => number) {
    const absenceMs = Math.min(MAX_ABSENCE_MS, Math.max(0, nowMs - (atMs ?? nowMs)));
    this.#monotonic = monotonic;
    this.#startMs = agedMs + absenceMs - monotonic();
  }

  agedMs(): number {
    return this.#startMs + this.#monotonic();
  }
}
