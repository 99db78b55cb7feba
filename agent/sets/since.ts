/**
 * heapy's `setrelheap`, as sets: what a heap has that a checkpoint of it had not, and, beyond heapy, what has been freed and
 * what survived. Both heaps are of one epoch, in which ids mean the same objects.
 */
import type { Row, Tally } from '../../protocol/partition.ts';
import { type SinceContent, sinceTable } from '../../protocol/since-table.ts';
import { kind } from '../classify/kind.ts';
import type { Classification } from '../classify/naming/classifier.ts';
import { without } from '../partition/own-nodes.ts';
import { areOfOneEpoch, type Checkpoint, checkpointOf, fates, relative } from '../partition/since.ts';
import { type HeapSet, heapSet } from './heap-set.ts';
import { allOf, moreOf, type Page, type Paged } from './pages.ts';
import { pageEnd } from './stat.ts';
import type { HeapView } from './view.ts';

/** What is kept of a heap: 20 bytes an object, and none of its columns. */
export interface Mark {
  readonly label: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** The highest odd id. */
  readonly maxId: number;
  readonly checkpoint: Checkpoint;
}

export function markOf(label: string, view: HeapView): Mark {
  const checkpoint = checkpointOf(view.heap.columns, [{ by: kind.by, ...classified(view) }]);
  return { label, takenAt: view.options.origin?.takenAt ?? '', maxId: checkpoint.maxId, checkpoint };
}

/** What has become of the heap at `mark`; null where too many ids belong to other objects now for it to be one epoch. */
export function sinceMark(mark: Mark, view: HeapView): Since | null {
  const classification = classified(view);
  const { born, survived, recycled } = fates(mark.checkpoint, view.heap.columns, classification);
  if (!areOfOneEpoch({ recycled, survived: survived.length })) return null;
  const rows = relative(mark.checkpoint, view.heap.columns, classification, kind);
  const since = { checkpoint: mark.label, takenAt: mark.takenAt, ...rows.since };
  return new Since(heapSet(view, born), heapSet(view, survived), { ...rows, since });
}

/** Printed, a table of what was born, with what of each kind was freed and what survived. */
export class Since implements Paged {
  /** What was born since the checkpoint and lives. */
  readonly born: HeapSet;
  /** What was there at the checkpoint and lives. */
  readonly survived: HeapSet;
  readonly #content: SinceContent;

  /** Use `sinceMark`. */
  constructor(born: HeapSet, survived: HeapSet, content: SinceContent) {
    this.born = born;
    this.survived = survived;
    this.#content = content;
  }

  /** What was there at the checkpoint and is gone: of objects that are no more only the figures are left. */
  get freed(): Tally {
    return this.#content.since.freed;
  }

  /** By kind, what was born; beside it `freed` and `survived`. */
  get rows(): readonly Row[] {
    return this.#content.rows;
  }

  get more(): Since {
    return moreOf<Since>(this);
  }

  get all(): Since {
    return allOf<Since>(this);
  }

  pageFrom(from: number): Page {
    return { text: sinceTable(this.#content, { from }), next: pageEnd(from, this.rows.length) };
  }

  allText(): string {
    return sinceTable(this.#content, { rows: Infinity });
  }

  toString(): string {
    return this.pageFrom(0).text;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function classified(view: HeapView): Classification {
  return without(view.classified(kind), view.options.own ?? new Set());
}
