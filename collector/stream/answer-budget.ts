/**
 * One budget over all clients, of answers that wait for their sockets. (Events are shared by all who send them, answers are
 * nobody else's.) Where they are too many, the client for which most of them wait is ended.
 */
export interface Waiter {
  /** Bytes of answers that wait for it. */
  readonly answerBytes: number;
  end(reason: string): void;
}

export class AnswerBudget {
  readonly #limitBytes: number;
  readonly #waiters: () => Iterable<Waiter>;
  #bytes = 0;

  /** @param waiters all clients */
  constructor(limitBytes: number, waiters: () => Iterable<Waiter>) {
    this.#limitBytes = limitBytes;
    this.#waiters = waiters;
  }

  /** Counts answers that begin to wait, or with a minus, those that do so no more. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Ends clients until the answers fit. */
  keep(): void {
    while (this.#bytes > this.#limitBytes) {
      const most = this.#most();
      if (!most) return;
      most.end(`${most.answerBytes} of ${this.#bytes} bytes of answers that wait for all clients are its own`);
    }
  }

  #most(): Waiter | undefined {
    let most: Waiter | undefined;
    for (const waiter of this.#waiters()) if (waiter.answerBytes > (most?.answerBytes ?? 0)) most = waiter;
    return most;
  }
}
