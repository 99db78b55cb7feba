/**
 * The kinds of one process as they were when they were first counted and when they were last: what grew in its life. Pure.
 *
 * Counts of different probes are never mixed: those of the probe that tells most are taken.
 */
import { causeWeight, isGeneric } from '../../agent/classify/generic.ts';
import type { PartitionEvent } from '../../protocol/events.ts';
import { maxOf } from '../../protocol/extremes.ts';
import type { Probe } from '../../protocol/partition.ts';

/** What grew in a life, objects. */
export interface GrownKind {
  readonly kind: string;
  readonly before: number;
  readonly now: number;
}

/** The most telling first. */
const TELLING: readonly Probe[] = ['walk', 'snapshot', 'census', 'types'];
/** Largest kinds of a partition that are kept. */
const MAX_ROWS = 500;
const MAX_GROWN = 5;
/** A class of which so large a share was born of what is born most explains that; stores and strings only belong to it. */
const LEAST_OF_BORN = 0.1;

export interface Counted {
  readonly rows: ReadonlyMap<string, { readonly count: number; readonly sizeBytes: number }>;
  readonly isWhole: boolean;
  readonly sizeBytes: number;
}

export class LifeKinds {
  readonly #spans = new Map<Probe, { readonly first: Counted; readonly last: Counted }>();
  readonly #smallest: Map<Probe, Counted>;

  /** @param smallest what was counted of lives before, where it was least: a life that is counted once is compared with that */
  constructor(smallest: ReadonlyMap<Probe, Counted> = new Map()) {
    this.#smallest = new Map(smallest);
  }

  /** By probe, the count with the fewest bytes, of this life and those before. */
  get smallest(): ReadonlyMap<Probe, Counted> {
    return this.#smallest;
  }

  /** Takes a partition of the main isolate; one by something else than kind, or of what was born since, tells nothing here. */
  take({ probe, by, since, rows, other }: PartitionEvent): void {
    if (by !== 'kind' || since !== undefined || !TELLING.includes(probe)) return;
    const kept = rows.slice(0, MAX_ROWS);
    const counted = {
      rows: new Map(kept.map(({ kind, count, sizeBytes }) => [kind, { count, sizeBytes }])),
      isWhole: other === undefined && kept.length === rows.length,
      sizeBytes: kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
    const least = this.#smallest.get(probe);
    if (!least || counted.sizeBytes < least.sizeBytes) this.#smallest.set(probe, counted);
    this.#spans.set(probe, { first: this.#spans.get(probe)?.first ?? counted, last: counted });
  }

  /** What grew, by how much it explains; empty where it was counted never, or only once in all lives. */
  grown(): GrownKind[] {
    const probe = TELLING.find((each) => this.#spans.has(each) && this.#grownBy(each).length > 0);
    return probe === undefined ? [] : this.#grownBy(probe);
  }

  #grownBy(probe: Probe): GrownKind[] {
    const { first: own, last } = this.#spans.get(probe)!;
    const first = own === last ? this.#smallest.get(probe)! : own;
    const all = [...last.rows].flatMap(([kind, now]) => {
      const before = first.rows.get(kind) ?? (first.isWhole ? { count: 0, sizeBytes: 0 } : undefined);
      if (!before || now.count <= before.count) return [];
      const weight = causeWeight(kind, now.sizeBytes - before.sizeBytes);
      return [{ weight, born: now.count - before.count, grown: { kind, before: before.count, now: now.count } }];
    });
    const most = maxOf(all.map(({ born }) => born));
    const isClass = ({ born, grown: { kind } }: (typeof all)[number]) =>
      !isGeneric(kind) && born >= most * LEAST_OF_BORN;
    return all
      .sort((a, b) => Number(isClass(b)) - Number(isClass(a)) || b.weight - a.weight)
      .slice(0, MAX_GROWN)
      .map(({ grown }) => grown);
  }
}
