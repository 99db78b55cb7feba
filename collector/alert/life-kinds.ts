/**
 * The kinds of one process as they were when they were first counted and when they were last: what grew in its life. Pure.
 *
 * Counts of different probes are never mixed: those of the probe that tells most are taken.
 */
import { causeWeight } from '../../agent/classify/generic.ts';
import type { PartitionEvent } from '../../protocol/events.ts';
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

interface Counted {
  readonly rows: ReadonlyMap<string, { readonly count: number; readonly sizeBytes: number }>;
  readonly isWhole: boolean;
}

export class LifeKinds {
  readonly #spans = new Map<Probe, { readonly first: Counted; readonly last: Counted }>();

  /** Takes a partition of the main isolate; one by something else than kind, or of what was born since, tells nothing here. */
  take({ probe, by, since, rows, other }: PartitionEvent): void {
    if (by !== 'kind' || since !== undefined || !TELLING.includes(probe)) return;
    const kept = rows.slice(0, MAX_ROWS);
    const counted = {
      rows: new Map(kept.map(({ kind, count, sizeBytes }) => [kind, { count, sizeBytes }])),
      isWhole: other === undefined && kept.length === rows.length,
    };
    this.#spans.set(probe, { first: this.#spans.get(probe)?.first ?? counted, last: counted });
  }

  /** What grew, by how much it explains; empty where it was counted once or never. */
  grown(): GrownKind[] {
    const probe = TELLING.find((each) => this.#spans.has(each) && this.#grownBy(each).length > 0);
    return probe === undefined ? [] : this.#grownBy(probe);
  }

  #grownBy(probe: Probe): GrownKind[] {
    const { first, last } = this.#spans.get(probe)!;
    return [...last.rows]
      .flatMap(([kind, now]) => {
        const before = first.rows.get(kind) ?? (first.isWhole ? { count: 0, sizeBytes: 0 } : undefined);
        if (!before || now.count <= before.count) return [];
        const weight = causeWeight(kind, now.sizeBytes - before.sizeBytes);
        return [{ weight, grown: { kind, before: before.count, now: now.count } }];
      })
      .sort((a, b) => b.weight - a.weight)
      .slice(0, MAX_GROWN)
      .map(({ grown }) => grown);
  }
}
