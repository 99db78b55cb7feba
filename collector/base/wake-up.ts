/** Wakes one waiter: it waits for a ring or for a time, whichever comes first. */

/** The longest time that setTimeout can wait, in milliseconds; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class WakeUp {
  #rung = false;
  #wake: (() => void) | undefined;

  /** Ends the wait that is going on, or else the next one at once. */
  wake(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at a ring or after `timeoutMs` (Infinity: only at a ring; a very long one may end early). */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#rung && timeoutMs > 0) await this.#sleep(timeoutMs);
    this.#rung = false;
  }

  #sleep(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer =
        timeoutMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, Math.min(timeoutMs, MAX_TIMER_MS));
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }
}
