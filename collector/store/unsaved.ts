/** Events that were sent though they could not be stored, waiting in memory until they can be; bounded like the ring. */
import type { LogEntry } from '../log/log.ts';
import type { RingLimits } from '../log/ring-log.ts';

/** An entry, and when it was appended by the store's own clock. */
export interface Aged {
  readonly entry: LogEntry;
  readonly agedMs: number;
}

export class Unsaved {
  readonly #limits: RingLimits;
  #waiting: Aged[] = [];
  #bytes = 0;
  /** How many had to be let go, and the offset of the newest of them. */
  lost = 0;
  lostOffset = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** The oldest, at most `count`. */
  first(count: number): readonly Aged[] {
    return this.#waiting.slice(0, count);
  }

  add(aged: Aged): void {
    this.#waiting.push(aged);
    this.#bytes += aged.entry.bytes.length;
    const { ringEvents, ringBytes } = this.#limits;
    while (this.#waiting.length > 1 && (this.#waiting.length > ringEvents || this.#bytes > ringBytes)) {
      this.lostOffset = this.#waiting[0]!.entry.offset;
      this.lost++;
      this.saved(1);
    }
  }

  /** The oldest `count` are stored now. */
  saved(count: number): void {
    for (const { entry } of this.#waiting.splice(0, count)) this.#bytes -= entry.bytes.length;
  }

  /** Instead of what waits, all of this is to be stored. */
  replace(waiting: readonly Aged[]): void {
    this.#waiting = [...waiting];
    this.#bytes = waiting.reduce((sum, { entry }) => sum + entry.bytes.length, 0);
  }
}
