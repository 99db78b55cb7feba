/**
 * The same failure once: what fails again and again for the same reason is written down when it begins, when its reason
 * changes, and once an hour with how often it was.
 */

const AGAIN_MS = 3_600_000;
/** Failures that are known at a time; those of one target are few. */
const MAX_KNOWN = 1_000;

interface Repeated {
  readonly reason: string;
  readonly saidAtMs: number;
  times: number;
}

export class Repeats {
  readonly #now: () => number;
  readonly #known = new Map<string, Repeated>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How often `what` has failed for this reason since it was said last, this time included; null: it is not to be said now. */
  times(what: string, reason: string): number | null {
    const nowMs = this.#now();
    const known = this.#known.get(what);
    const isSame = known?.reason === reason;
    const times = isSame ? known.times + 1 : 1;
    if (isSame && nowMs - known.saidAtMs < AGAIN_MS) {
      known.times = times;
      return null;
    }
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(what, { reason, saidAtMs: nowMs, times: 0 });
    return times;
  }

  /** It has not failed: the next time is news. */
  over(what: string): void {
    this.#known.delete(what);
  }
}
