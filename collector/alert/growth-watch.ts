/**
 * A `growth` rule on all series of one target: how much more a series has now than it had at the start of `within`.
 *
 *     floors      2   3   3   4   6   9
 *     time    ────┼───────────────────┼──>
 *              now − within          now       growth = 9 − 2
 *
 * The floor at the start is the newest that is at least `within` old. A series that is younger than that has grown as soon as it
 * has gained the whole amount since it began, and is undecided until then; by a share it is judged only once it is that old,
 * since a small beginning says nothing. One that was not read for more than half of `within` begins anew.
 */

import { type Filling, fillingOf } from './statistics/filling.ts';

/** Share of `within` for which a series may go unread. */
const MAX_GAP_RATIO = 0.5;

export interface GrowthRule {
  /** At least so much: objects or bytes; or, of `ratio`, so much of what there was at the start (0.2 is 20 %). */
  readonly growth: number;
  readonly ratio: boolean;
  readonly withinMs: number;
  /** Of a ratio: at least so much too; default 0. */
  readonly least?: number;
  /** For so long floors of a series stay where it began; default 0. They say nothing of how it bends. */
  readonly settlesMs?: number;
}

export interface GrowthVerdict {
  readonly state: 'grown' | 'steady' | 'undecided';
  /** Floors at the start of `within` and now; NaN where there is none yet. */
  readonly before: number;
  readonly now: number;
  /** Where it ends, if it grows ever more slowly. */
  readonly filling?: Filling;
  /** How long until the series is old enough; 0 once it is. */
  readonly missingMs: number;
}

interface Floor {
  readonly atMs: number;
  readonly value: number;
}

export class GrowthWatch {
  readonly #rule: GrowthRule;
  readonly #series = new Map<string, Floor[]>();

  constructor(rule: GrowthRule) {
    this.#rule = rule;
  }

  /** Takes a floor, not older than the last. */
  add(name: string, atMs: number, value: number): void {
    const floors = this.#series.get(name) ?? [];
    this.#series.set(name, floors);
    const last = floors.at(-1);
    if (last && atMs - last.atMs > this.#rule.withinMs * MAX_GAP_RATIO) floors.length = 0;
    floors.push({ atMs, value });
    // one floor from before `within` is all that is needed of the past
    while (floors[1] !== undefined && floors[1].atMs <= atMs - this.#rule.withinMs) floors.shift();
  }

  /** Takes what we caused ourselves out of what has been seen: all that was before rises by it. */
  shift(name: string, by: number): void {
    const floors = this.#series.get(name);
    if (floors)
      this.#series.set(
        name,
        floors.map(({ atMs, value }) => ({ atMs, value: value + by })),
      );
  }

  /** Forgets a series, or all of them: the target began anew. */
  forget(name?: string): void {
    if (name === undefined) this.#series.clear();
    else this.#series.delete(name);
  }

  /** By the newest floor of a series. */
  verdict(name: string): GrowthVerdict {
    const floors = this.#series.get(name);
    const [first, last] = [floors?.at(0), floors?.at(-1)];
    if (!first || !last) {
      return { state: 'undecided', before: Number.NaN, now: Number.NaN, missingMs: this.#rule.withinMs };
    }
    const missingMs = Math.max(0, this.#rule.withinMs - (last.atMs - first.atMs));
    const { growth, ratio, least = 0, settlesMs = 0 } = this.#rule;
    const settled = floors!.filter(({ atMs }) => atMs >= first.atMs + settlesMs);
    const filling = fillingOf(
      settled.map(({ atMs }) => atMs),
      settled.map(({ value }) => value),
    );
    const seen = { before: first.value, now: last.value, missingMs, ...(filling && { filling }) };
    const asked = ratio ? Math.max(growth * first.value, least) : growth;
    // what was not there and is not there has not grown by 20 % of nothing
    const grown = last.value > first.value && last.value - first.value >= asked;
    if (grown && (missingMs === 0 || !ratio)) return { state: 'grown', ...seen };
    return { state: missingMs > 0 ? 'undecided' : 'steady', ...seen };
  }
}
