/**
 * Which probes a group's targets have died of: the schedule asks none of them for such a probe again, until somebody has asked for
 * one by hand and it was survived. Pure.
 */
import type { Probe } from '../../protocol/partition.ts';

export interface Death {
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export class Deaths {
  readonly #newest = new Map<Probe, Death>();
  readonly #survivedAtMs = new Map<Probe, number>();

  note(probe: Probe, death: Death): void {
    if (death.atMs > (this.#newest.get(probe)?.atMs ?? 0)) this.#newest.set(probe, death);
  }

  survived(probe: Probe, atMs: number): void {
    this.#survivedAtMs.set(probe, Math.max(atMs, this.#survivedAtMs.get(probe) ?? 0));
  }

  /** The last one that nothing has been survived after. */
  of(probe: Probe): Death | undefined {
    const death = this.#newest.get(probe);
    return death && death.atMs > (this.#survivedAtMs.get(probe) ?? 0) ? death : undefined;
  }
}
