/** So many a rule within an hour, whatever fires: alerts that come and go must not wear a target out. */

const HOUR_MS = 3_600_000;

export class Ration {
  readonly perHour: number;
  readonly #takenMs = new Map<string, number[]>();

  constructor(perHour: number) {
    this.perHour = perHour;
  }

  /** Takes one, if one is left. @param nowMs of a clock that never goes back */
  take(rule: string, nowMs: number): boolean {
    const taken = (this.#takenMs.get(rule) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    this.#takenMs.set(rule, taken);
    if (taken.length >= this.perHour) return false;
    taken.push(nowMs);
    return true;
  }
}
