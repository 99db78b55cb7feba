/**
 * Which probe's readings a rule on kinds judges by that names none: the one that is read oftener. One that was asked for by hand,
 * or for evidence, is no series.
 *
 *     types  1 2   3   4 5       readings so far
 *     walk     1                 of two that are far apart: types lead
 */
import type { Probe } from '../../protocol/partition.ts';

export class LeadingProbe {
  readonly #read = new Map<Probe, number>();
  #leader: Probe | undefined;

  /** Whether it leads, as far as readings have told. */
  isLed(probe: Probe): boolean {
    return this.#leader === undefined || this.#leader === probe;
  }

  /** Takes a reading's probe; tells whether that leads, and whether it does so from this one on in place of another. */
  take(probe: Probe): { readonly leads: boolean; readonly anew: boolean } {
    const count = (this.#read.get(probe) ?? 0) + 1;
    this.#read.set(probe, count);
    const before = this.#leader;
    if (before === undefined || (before !== probe && count > this.#read.get(before)! + 1)) this.#leader = probe;
    return { leads: this.#leader === probe, anew: before !== undefined && this.#leader !== before };
  }
}
