/** The last two readings of the gauges of each isolate of one process. */
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { Usage } from '../../protocol/partition.ts';

export interface LastReading {
  readonly last: Usage;
  readonly before?: Usage | undefined;
}

/** Isolates of which it is kept. */
const MAX_ISOLATES = 64;

export class LastReadings {
  readonly #ofIsolate = new Map<string, LastReading>();

  note(usage: Usage): void {
    const known = this.#ofIsolate.get(usage.isolate);
    if (!known && this.#ofIsolate.size >= MAX_ISOLATES) return;
    this.#ofIsolate.set(usage.isolate, { last: usage, before: known?.last });
  }

  /** The main one first. */
  all(): LastReading[] {
    return [...this.#ofIsolate.values()].sort(
      (a, b) => Number(b.last.isolate === MAIN) - Number(a.last.isolate === MAIN),
    );
  }
}
