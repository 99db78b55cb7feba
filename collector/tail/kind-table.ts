/**
 * The kinds of one sort of partition (one probe, one classifier) over time. Readings of different probes count differently
 * and are never mixed.
 */
import type { Partition, Row, Tally } from '../../protocol/partition.ts';
import { RecentValues } from './recent-values.ts';

/** One kind as of the newest partition. */
export interface KindRow {
  readonly kind: string;
  readonly count: number;
  readonly sizeBytes: number;
  readonly countEstimated: boolean;
  readonly sizeEstimated: boolean;
  /** Since the checkpoint, or the first reading. */
  readonly countDelta: number;
  readonly sizeDelta: number;
  /** Since the reading before. */
  readonly countStep: number;
  readonly countPerMinute: number;
  readonly monotonicity: number;
  /** The counts of the last readings, oldest first. */
  readonly trend: readonly number[];
  /** Not there at the checkpoint. */
  readonly isNew: boolean;
  readonly growsSteadily: boolean;
}

interface Tracked {
  readonly counts: RecentValues;
  row: Row;
  /** At the checkpoint. */
  base: Tally;
  isNew: boolean;
}

const NOTHING: Tally = { count: 0, sizeBytes: 0 };

export class KindTable {
  readonly #tracked = new Map<string, Tracked>();
  #newest: Partition | undefined;
  #baseAt: string | undefined;
  #base: Tally = NOTHING;

  get newest(): Partition | undefined {
    return this.#newest;
  }

  /** Since when deltas count, ISO 8601. */
  get baseAt(): string | undefined {
    return this.#baseAt;
  }

  /** What the whole set has over the checkpoint. */
  get delta(): Tally {
    const { count, sizeBytes } = this.#newest ?? NOTHING;
    return { count: count - this.#base.count, sizeBytes: sizeBytes - this.#base.sizeBytes };
  }

  take(partition: Partition): void {
    const atMs = Date.parse(partition.takenAt);
    // a kind that an earlier partition left out may have been there all the time
    const knewAll = this.#newest !== undefined && !this.#newest.other;
    const told = new Set<string>();
    for (const row of partition.rows) {
      told.add(row.kind);
      const tracked = this.#tracked.get(row.kind) ?? this.#track(row, knewAll);
      tracked.row = row;
      tracked.counts.push(row.count, atMs);
    }
    if (!partition.other) {
      for (const [kind, tracked] of this.#tracked) {
        if (told.has(kind)) continue;
        tracked.row = { kind, count: 0, sizeBytes: 0 };
        tracked.counts.push(0, atMs);
      }
    }
    this.#newest = partition;
    if (this.#baseAt === undefined) this.setBase();
  }

  /** Deltas count from the newest partition on: the free half of heapy's setrelheap(). */
  setBase(): void {
    if (!this.#newest) return;
    this.#baseAt = this.#newest.takenAt;
    this.#base = this.#newest;
    for (const tracked of this.#tracked.values()) {
      tracked.base = tracked.row;
      tracked.isNew = false;
    }
  }

  /** The kinds of the newest partition, and those that have gone since the checkpoint. */
  rows(): KindRow[] {
    const told = this.#newest?.other && new Set(this.#newest.rows.map(({ kind }) => kind));
    const rows: KindRow[] = [];
    for (const [kind, tracked] of this.#tracked) {
      // what the newest partition does not tell is not known
      if (told && !told.has(kind)) continue;
      if (tracked.row.count === 0 && tracked.base.count === 0) continue;
      rows.push(rowOf(kind, tracked));
    }
    return rows;
  }

  #track(row: Row, isNew: boolean): Tracked {
    const tracked = { counts: new RecentValues(), row, base: isNew ? NOTHING : row, isNew };
    this.#tracked.set(row.kind, tracked);
    return tracked;
  }
}

function rowOf(kind: string, { counts, row, base, isNew }: Tracked): KindRow {
  return {
    kind,
    count: row.count,
    sizeBytes: row.sizeBytes,
    countEstimated: row.estimated === true && row.exactCount !== true,
    sizeEstimated: row.estimated === true,
    countDelta: row.count - base.count,
    sizeDelta: row.sizeBytes - base.sizeBytes,
    countStep: counts.step,
    countPerMinute: counts.ratePerMinute,
    monotonicity: counts.monotonicity,
    trend: counts.values,
    isNew: isNew && row.count > 0,
    growsSteadily: counts.growsSteadily,
  };
}
