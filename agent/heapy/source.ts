/** Where the heaps of a session come from: a live process, the caller's own process, a snapshot file. */
import type { Cost, Usage } from '../../protocol/partition.ts';
import type { FileProgress } from '../file/file.ts';
import type { Columns } from '../parse/columns.ts';
import type { Quote } from '../probe/quote.ts';
import type { SnapshotProgress } from '../probe/snapshot.ts';
import type { Origin } from '../sets/view.ts';
import type { ObjectView } from './object-view.ts';

/** The process does not run, so that no heap comes of it. */
interface Standstill {
  readonly phase: 'standstill';
  /** Absent: it runs again. */
  readonly why?: string | undefined;
}

export type HeapProgress = SnapshotProgress | FileProgress | Standstill;

export interface TakeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told at most ten times a second. */
  readonly onProgress?: ((progress: HeapProgress) => void) | undefined;
}

/** One snapshot, of the caller's thread. */
export interface Taken {
  readonly columns: Columns;
  readonly origin: Origin;
  /** Absent for a file, which costs nobody anything. */
  readonly cost?: Cost | undefined;
  /** Ids of objects that are there because the snapshot was taken. */
  readonly ownIds: readonly number[];
  /** The span in which ids mean what they do in this snapshot; absent where they are given back at once. */
  readonly epoch?: string | undefined;
}

export interface Source {
  /** As its user named it. */
  readonly target: string;
  /** `pid 4711, node v20.20.2, /srv/app/server.js`, or that it is a file. */
  readonly description: string;
  take(options: TakeOptions): Promise<Taken>;
  /** As `take`, to be compared with the checkpoint of that name. @throws EpochError */
  takeSince(label: string, options: TakeOptions): Promise<Taken>;
  /** As `take`, and holds object ids from then on, until `release`. @throws TypeError for a file */
  mark(label: string, options: TakeOptions): Promise<Taken>;
  /** Gives back object ids, if they are held. */
  release(): Promise<void>;
  /** Ids of the heap taken last have turned out to mean other objects than at the checkpoint. */
  distrust(): Promise<void>;
  /** Null for a file. */
  quote(signal?: AbortSignal): Promise<Quote | null>;
  /** @throws TypeError for a file */
  usage(signal?: AbortSignal): Promise<Usage>;
  /** What `theone` gives for the object that `taken` called by `id` and describes by `text`. */
  look(id: number, text: string, taken: Taken): ObjectView | Promise<ObjectView>;
  /** Settles once, never rejects, with why no further heap can be taken. */
  readonly ended: Promise<Error>;
  close(): Promise<void>;
}
