/** What a thread is asked to compute of one snapshot, beside the thread that must not compute. */
import type { Birthday } from '../classify/age.ts';
import type { PackedColumns } from '../parse/packed.ts';
import type { Checkpoint, RelativeRows } from '../partition/since.ts';
import type { Holders, HoldersQuestion } from '../sets/holders.ts';
import type { KindRows } from './partition-parser.ts';

export interface AnalysisJob {
  readonly columns: PackedColumns;
  /** Classifiers by name; `age` is one of them where there are birthdays. */
  readonly by: readonly string[];
  readonly rows?: number;
  /** Checkpoints of the snapshot's epoch, oldest first. */
  readonly birthdays: readonly Birthday[];
  /** Ids of objects of ours, which are in no row. */
  readonly ownIds: readonly number[];
  /** Rows are what was born since this one. Absent: the whole heap. */
  readonly against?: Checkpoint;
  /** Whether to make a checkpoint of this snapshot, by `by`. */
  readonly keep: boolean;
  /** Asked of what was born since `against` (where no kind is named: of the kind that has most of it); without one, of the whole heap. */
  readonly holders?: HoldersQuestion;
}

export interface Analysis {
  /** In the order of `by`. */
  readonly rows: readonly (KindRows & Partial<Pick<RelativeRows, 'since' | 'recycled'>>)[];
  readonly checkpoint?: Checkpoint;
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
  /** The highest odd id. */
  readonly maxId: number;
}

export type AnalysisEvent = { phase: 'classifying'; by: string };
