/** The tail as JSON lines, one a reading: for pipes. */
import { matchesGlob } from '../../protocol/glob.ts';
import type { Partition, Row } from '../../protocol/partition.ts';
import type { Pace, TailEvent } from './tail-event.ts';

/** The lines of readings; what a reading does not say of the price is what was said last. */
export class JsonLines {
  readonly #kindGlob: string | undefined;
  readonly #paces = new Map<string, Pace>();

  /** @param kindGlob the kinds that partitions are to tell of; absent: all */
  constructor(kindGlob: string | undefined) {
    this.#kindGlob = kindGlob;
  }

  /** Null for what has no line of its own. */
  line(reading: TailEvent): string | null {
    switch (reading.is) {
      case 'usage':
        return this.#json('usage', reading.usage.target, reading.usage);
      case 'memory':
        return this.#json('memory', reading.memory.target, reading.memory);
      case 'partition': {
        const { partition } = reading;
        const kept = this.#kindGlob === undefined ? partition : ofKinds(partition, this.#kindGlob);
        return this.#json('partition', partition.target, kept);
      }
      case 'mark':
        return JSON.stringify({ type: 'mark', target: reading.target, label: reading.label, at: reading.at });
      case 'pace':
        this.#paces.set(reading.target, reading.pace);
        return null;
      case 'state':
      case 'note':
      case 'probing':
      case 'outside':
      case 'unshown':
        return null;
    }
  }

  #json(type: string, target: string, fields: object): string {
    const pace = this.#paces.get(target);
    const tail = pace && { everyMs: Math.round(pace.everyMs), shareRatio: Number(pace.shareRatio.toFixed(5)) };
    return JSON.stringify({ type, ...fields, ...(tail && { tail }) });
  }
}

/** The partition with the rows that match; the others are in `other`. */
export function ofKinds(partition: Partition, glob: string): Partition {
  const lower = glob.toLowerCase();
  const matches = ({ kind }: Row) => matchesGlob(lower, kind.toLowerCase());
  const left = partition.rows.filter((row) => !matches(row));
  if (left.length === 0) return partition;
  const { rows = 0, count = 0, sizeBytes = 0 } = partition.other ?? {};
  const other = left.reduce(
    (sum, row) => ({ rows: sum.rows + 1, count: sum.count + row.count, sizeBytes: sum.sizeBytes + row.sizeBytes }),
    { rows, count, sizeBytes },
  );
  return { ...partition, rows: partition.rows.filter(matches), other };
}
