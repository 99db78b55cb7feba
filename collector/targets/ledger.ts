/**
 * What the probes of one target have done to it, for as long as a budget looks back; pure. It outlasts attachments, as the
 * target does.
 */
import type { Probe } from '../../protocol/partition.ts';
import type { Death, Deaths } from './deaths.ts';

/** One probe's footprint. Instants are milliseconds since 1970. */
export interface Footprint {
  readonly isolate: string;
  readonly cause: Probe;
  readonly fromMs: number;
  readonly toMs: number;
  readonly pauseMs: number;
  readonly extraBytes?: number;
  readonly keptBytes?: number;
  /** The process ended while it ran. */
  readonly fatal?: true;
}

/** Longest that an entry is kept, and most entries. */
export const KEPT_MS = 86_400_000;
const MAX_ENTRIES = 10_000;
/** By so much a clock goes back without having been set. */
const SLEW_MS = 60_000;

export class Ledger {
  readonly #target: string;
  readonly #deaths: Deaths;
  /** Oldest first. */
  readonly #entries: Footprint[] = [];
  #isRecalled = false;

  /** @param deaths of the target's group */
  constructor(target: string, deaths: Deaths) {
    this.#target = target;
    this.#deaths = deaths;
  }

  enter(footprint: Footprint): void {
    const { cause, toMs: atMs, fatal } = footprint;
    if (fatal) this.#deaths.note(cause, { target: this.#target, atMs });
    else this.#deaths.survived(cause, atMs);
    this.#entries.push(footprint);
    const since = footprint.toMs - KEPT_MS;
    while (this.#entries.length > MAX_ENTRIES || (this.#entries[0]?.toMs ?? since) < since) this.#entries.shift();
  }

  /** What earlier runs of the collector entered; once. */
  recall(footprints: readonly Footprint[]): void {
    if (this.#isRecalled) return;
    this.#isRecalled = true;
    for (const footprint of footprints) this.enter(footprint);
  }

  /** What a target of the group has died of, if it was this probe. */
  death(probe: Probe): Death | undefined {
    return this.#deaths.of(probe);
  }

  /**
   * The pauses, in all isolates together, of what ended within the last `perMs` before `nowMs`. Where the clock was set back,
   * what it dates into the future does not count: a budget begins anew, as when it is set forwards.
   */
  spentMs(nowMs: number, perMs: number): number {
    const untilMs = nowMs + SLEW_MS;
    return this.#entries.reduce(
      (sum, { toMs, pauseMs }) => (toMs > nowMs - perMs && toMs <= untilMs ? sum + pauseMs : sum),
      0,
    );
  }
}
