/**
 * All that is found in one heap, worst first. Each finding has a file of its own beside this one; each is linear in nodes and
 * edges, and names a bounded number of things.
 */

import type { Finding, Findings, Square } from '../../protocol/finding.ts';
import { humanCount } from '../../protocol/human.ts';
import { shape } from '../classify/shape.ts';
import { partition } from '../partition/partition.ts';
import type { HeapView } from '../sets/view.ts';
import { detachedElements } from './detached-elements.ts';
import { dominantKinds } from './dominant-kind.ts';
import { duplicateStrings } from './duplicate-strings.ts';
import { emptyCollections } from './empty-collections.ts';
import { emptyWeakReferences } from './empty-weak.ts';
import { equalBuffers } from './equal-buffers.ts';
import { Facts, type Find } from './facts.ts';
import { type EarlierHeap, growingKinds } from './growing.ts';
import { largeClosures } from './large-closure.ts';
import { largeCollections } from './large-collection.ts';
import { largeHolders } from './large-holder.ts';
import { largeStrings } from './large-strings.ts';
import { listenerPiles } from './listener-pile.ts';
import { moduleCopies } from './module-copies.ts';
import { pendingWork } from './pending-work.ts';
import { pinnedStrings } from './pinned-strings.ts';
import { promisePiles } from './promise-pile.ts';
import { realmCopies } from './realm-copies.ts';
import { byWeight, LEAST_BYTES } from './severity.ts';
import { timerPiles } from './timer-pile.ts';
import { unusedRoom } from './unused-room.ts';
import { weakHolds } from './weak-holds.ts';

const FINDERS: readonly Find[] = [
  dominantKinds,
  largeHolders,
  largeCollections,
  duplicateStrings,
  largeStrings,
  pinnedStrings,
  emptyWeakReferences,
  listenerPiles,
  timerPiles,
  promisePiles,
  largeClosures,
  moduleCopies,
  realmCopies,
  detachedElements,
  equalBuffers,
  emptyCollections,
  unusedRoom,
];

/** Squares of the map; what is left is one more. */
const SQUARES = 60;

export interface FindingsOptions {
  /** The heap as a command names it, for the next steps. */
  readonly target: string;
  /** Heaps of before, the oldest first. */
  readonly earlier?: readonly EarlierHeap[];
}

export function findingsOf(view: HeapView, { target, earlier = [] }: FindingsOptions): Findings {
  const facts = new Facts(view, target);
  const findings = [...growingKinds(facts, earlier), ...FINDERS.flatMap((find): readonly Finding[] => find(facts))]
    .filter((finding) => finding.severity !== 'low' || (finding.sizeBytes >= LEAST_BYTES && !isOfRuntime(finding)))
    .sort(byWeight);
  return {
    count: facts.count,
    sizeBytes: facts.sizeBytes,
    findings,
    squares: squaresOf(view),
    pending: pendingWork(facts),
    weak: weakHolds(facts),
  };
}

/** What Node keeps for itself: little of it, and nobody's to mend. */
function isOfRuntime({ path = '' }: Finding): boolean {
  return /^module node:|^global\[node:|\(node:/.test(path);
}

function squaresOf(view: HeapView): Square[] {
  const { rows } = partition(view.heap.columns, view.classified(shape), shape);
  const rest = rows.slice(SQUARES);
  const squares = rows.slice(0, SQUARES).map(({ kind, count, sizeBytes }) => ({ kind, count, sizeBytes }));
  if (rest.length === 0) return squares;
  const sum = (of: (row: { count: number; sizeBytes: number }) => number): number =>
    rest.reduce((total, row) => total + of(row), 0);
  const kind = `${humanCount(rest.length)} more kinds`;
  return [...squares, { kind, count: sum(({ count }) => count), sizeBytes: sum(({ sizeBytes }) => sizeBytes) }];
}
