/** What is made of a snapshot while it comes. */
import type { Holders } from '../sets/holders.ts';
import type { KindRows } from './partition-parser.ts';

export interface SnapshotRows {
  /** One for each classifier asked for. */
  readonly rows: readonly KindRows[];
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
}
