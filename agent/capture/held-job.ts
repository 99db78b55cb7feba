/** What the thread that holds an isolate's object ids is asked, and what it answers. */
import type { PackedColumns } from '../parse/packed.ts';
import type { Bounds } from './bounds.ts';
import type { LiveEvent } from './live-job.ts';
import type { OutputPaths } from './output.ts';
import type { Received } from './receiver.ts';

export interface HeldOpen {
  readonly inspectorUrl: string;
  /** `main` or `worker:N`. */
  readonly isolate: string;
}

export interface HeldTake {
  readonly startTimeoutMs: number;
  readonly bounds: Bounds;
  readonly output?: OutputPaths;
}

export type HeldEvent = Exclude<LiveEvent, { phase: 'classifying' }>;

export interface HeldTaken {
  readonly received: Received;
  readonly columns: PackedColumns;
  readonly canary: Canary;
}

/** Ids of objects of ours in the target, 0 where V8 has none for them. */
export interface Canary {
  /** Of an object that lives as long as ids are held: before this snapshot (0 before the first), and after it. */
  readonly before: number;
  readonly after: number;
  /** Of an object made just before the snapshot, after it: V8 gives it a higher id than any before. */
  readonly newborn: number;
}
