/**
 * The clock that alerts live by: it runs with the collector, whatever the clock on the wall does, and never goes back. For the
 * time between two runs it goes by the wall, within a day.
 */
import type { Moment } from './rule-run.ts';

const MAX_ABSENCE_MS = 24 * 3_600_000;

export interface Stopped {
  /** Both clocks when the collector was last heard of; null if it never was. */
  readonly steadyMs: number | null;
  readonly wallMs: number;
}

export class SteadyClock {
  readonly #now: () => number;
  readonly #monotonic: () => number;
  readonly #offsetMs: number;
  #pastMs = Number.NEGATIVE_INFINITY;

  constructor({ steadyMs, wallMs }: Stopped, now: () => number, monotonic: () => number) {
    this.#now = now;
    this.#monotonic = monotonic;
    this.#offsetMs = (steadyMs === null ? now() : goneOnTo(steadyMs, wallMs, now())) - monotonic();
  }

  now(): Moment {
    return { atMs: this.#offsetMs + this.#monotonic(), at: new Date(this.#now()).toISOString() };
  }

  /** What the moments of a clock that was stopped have to be moved by, to be moments of this one. */
  behindMs({ steadyMs, wallMs }: Stopped): number {
    return steadyMs === null ? 0 : this.now().atMs - goneOnTo(steadyMs, wallMs, this.#now());
  }

  /** A moment of the past, from what the clock on the wall said then; not before any that was asked for earlier. */
  past(wallMs: number): Moment {
    const agoMs = Math.max(0, this.#now() - wallMs);
    this.#pastMs = Math.max(this.#pastMs, this.now().atMs - agoMs);
    return { atMs: Math.min(this.#pastMs, this.now().atMs), at: new Date(wallMs).toISOString() };
  }
}

/** Where a clock would stand now that was stopped, had it not been. */
function goneOnTo(steadyMs: number, wallMs: number, nowMs: number): number {
  return steadyMs + Math.min(MAX_ABSENCE_MS, Math.max(0, nowMs - wallMs));
}
