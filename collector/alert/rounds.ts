/**
 * Sums over the isolates of a target: a round begins with each reading of `main`, and is summed when the next begins.
 *
 *     main  worker:1  worker:2 │ main  worker:2 │ main …
 *     └──────── round ────────┘ └──── round ───┘   worker:1 has ended: what the sum lost is no shrinking
 */
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { SeriesValue } from './rule-run.ts';

/** The isolate of a sum. */
export const ALL_ISOLATES = 'all';

export interface Sums {
  readonly readings: readonly SeriesValue[];
  /** Whether other isolates were summed than the time before: then what came before cannot be compared. */
  readonly anew: boolean;
}

export class Rounds {
  #round = new Map<string, readonly SeriesValue[]>();
  #isolates = '';

  /** Takes what was read of one isolate; gives the sums of the round before, if it ended by this. */
  take(isolate: string, readings: readonly SeriesValue[]): Sums | null {
    const sums = isolate === MAIN && this.#round.has(MAIN) ? this.#sum() : null;
    if (isolate === MAIN) this.#round = new Map();
    this.#round.set(isolate, readings);
    return sums;
  }

  #sum(): Sums {
    const values = new Map<string, number>();
    for (const { name, value } of [...this.#round.values()].flat()) values.set(name, (values.get(name) ?? 0) + value);
    const isolates = [...this.#round.keys()].sort().join(' ');
    const anew = isolates !== this.#isolates;
    this.#isolates = isolates;
    return { readings: [...values].map(([name, value]) => ({ isolate: ALL_ISOLATES, name, value })), anew };
  }
}
