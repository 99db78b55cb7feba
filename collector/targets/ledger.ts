/**
 * What the probes of one target have done to it, for as long as a budget looks back; pure. It outlasts attachments, as the
 * target does.
 */
import type { Probe } from '../../protocol/partition.ts';

/** One probe's footprint. Instants are milliseconds since 1970. */
export interface Footprint {
  readonly isolate: string;
  readonly cause: Probe;
  readonly fromMs: number;
  readonly toMs: number;
  readonly pauseMs: number;
  readonly extraBytes?: number;
  readonly keptBytes?: number;
}

/** Longest that an entry is kept, and most entries. */
const KEPT_MS = 86_400_000;
const MAX_ENTRIES = 10_000;

export class Ledger {
  /** Oldest first. */
  readonly #entries: Footprint[] = [];

  enter(footprint: Footprint): void {
    this.#entries.push(footprint);
    const since = footprint.toMs - KEPT_MS;
    while (this.#entries.length > MAX_ENTRIES || (this.#entries[0]?.toMs ?? since) < since) this.#entries.shift();
  }

  /** The pauses, in all isolates together, of what ended within the last `perMs` before `nowMs`. */
  spentMs(nowMs: number, perMs: number): number {
    return this.#entries.reduce((sum, { toMs, pauseMs }) => (toMs > nowMs - perMs ? sum + pauseMs : sum), 0);
  }
}
