/**
 * So many an incident of a target within an hour, whatever fires: alerts that come and go must not wear a target out, and one
 * target must not use up what is another's.
 */

const HOUR_MS = 3_600_000;

export class Ration {
  readonly perHour: number;
  readonly #takenMs = new Map<string, number[]>();

  constructor(perHour: number) {
    this.perHour = perHour;
  }

  /** What an earlier run of the collector took. @param atMs of the same clock, before now */
  recall(target: string, incident: string, count: number, atMs: number): void {
    const key = JSON.stringify([target, incident]);
    const taken = Array.from({ length: Math.min(count, this.perHour) }, () => atMs);
    this.#takenMs.set(key, [...(this.#takenMs.get(key) ?? []), ...taken]);
  }

  /** Takes one, if one is left. @param nowMs of a clock that never goes back */
  take(target: string, incident: string, nowMs: number): boolean {
    const key = JSON.stringify([target, incident]);
    const taken = (this.#takenMs.get(key) ?? []).filter((atMs) => nowMs - atMs < HOUR_MS);
    this.#takenMs.set(key, taken);
    if (taken.length >= this.perHour) return false;
    taken.push(nowMs);
    return true;
  }
}
