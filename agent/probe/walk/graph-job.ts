/** What the graph of a walked heap is asked, and what it answers: all of it in one reading. */
import type { Findings } from '../../../protocol/finding.ts';
import type { OutputPaths } from '../../capture/output.ts';
import type { FilePaths } from '../../file/file-path.ts';
import type { EarlierHeap } from '../../findings/growing.ts';
import type { PackedColumns } from '../../parse/packed.ts';
import type { Filter } from '../../rows/filter.ts';
import type { KindRows } from '../../rows/partition-parser.ts';
import type { Holders, HoldersQuestion } from '../../sets/holders.ts';
import type { WalkedKinds } from '../../walk/walk-kinds.ts';
import type { WalkAnswer, WalkQuestion } from './walk-job.ts';

export interface GraphQuestion extends WalkQuestion, Filter {
  /** Which isolate, by its place in the order of their ids: 0 is the main one. */
  readonly isolate: number;
  /** Classifiers: rows by each. */
  readonly by?: readonly string[];
  readonly rows?: number;
  /** Rows and holders of what the program's roots reach only: no garbage, nothing that the stack alone holds. */
  readonly reachable?: boolean;
  readonly holders?: HoldersQuestion;
  readonly path?: PathQuestion;
  readonly findings?: FindingsQuestion;
  /** A file to be written, a snapshot in its form. */
  readonly output?: OutputPaths;
  /** Whether kinds are counted as without a graph, of all isolates. */
  readonly counted?: boolean;
  /** Whether the columns themselves are wanted. */
  readonly columns?: boolean;
}

export interface FindingsQuestion {
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
  /** The target as a command names it. */
  readonly target: string;
  /** Heaps of before, the oldest first. */
  readonly earlier: readonly EarlierHeap[];
}

export interface PathQuestion {
  /** A class by its name, or another kind as the table by kind shows it. */
  readonly to: string;
  /** Paths at most. */
  readonly most: number;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
  /** Holders that no path leads through. */
  readonly without?: readonly string[];
}

export interface GraphAnswer extends Omit<WalkAnswer, 'kinds'> {
  /** How many isolates there are. */
  readonly isolates: number;
  /** Bytes of the objects in V8's pages. */
  readonly heapUsedBytes: number;
  readonly rows: readonly KindRows[];
  /** Present where `counted`. */
  readonly kinds?: WalkedKinds;
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
  readonly paths?: FilePaths;
  readonly findings?: Findings;
  /** Bytes of the file. */
  readonly writtenBytes?: number;
  readonly columns?: PackedColumns;
}
