/**
 * Where a reference pattern follows a list: sets of one kind of which each is referred to by the next one alone.
 *
 *     tail <── n1 <── n2 <── … <── n79,998 <── head <── Map        one row for n1 to n79,998, which is as much work as it has nodes
 *
 * A set that nearly all of itself refers to (all nodes of a list but the last are referred to by others) is the other way to
 * come to a list: its rows would be as many, each nearly the whole set again.
 */
import { isSubsetOf, type NodeSet } from '../graph/set.ts';
import type { KindSet } from './kind-set.ts';

/** A list of fewer is as easily read in rows of their own: so many rows heapy shows one below the other. */
const LEAST_SETS = 8;
/** How much of a set must be in the part of it that is not followed: what refers to the part is hardly other than what refers to all. */
const NEARLY_ALL = 0.9;

export interface ListSteps {
  readonly partition: (set: NodeSet) => readonly KindSet[];
  readonly referrers: (set: NodeSet) => NodeSet;
  /** Whether a row of its own would be followed. */
  readonly isFollowed: (set: NodeSet) => boolean;
}

export interface List {
  /** The sets in their order, each the referrers of the one before. */
  readonly folded: readonly NodeSet[];
  /** All of their nodes. */
  readonly all: NodeSet;
  /** The end of the list, which refers to the last of them: of the same kind, and what refers to it is not. */
  readonly next: KindSet;
}

/**
 * The list that begins with `first`, whose nodes alone refer to `before`; undefined where it is short.
 * Linear in the nodes: no node is passed twice.
 */
export function listFrom(
  first: KindSet,
  before: NodeSet,
  { partition, referrers, isFollowed }: ListSteps,
): List | undefined {
  const passed = new Set(before);
  const folded: NodeSet[] = [];
  let nodes = 0;
  let at = first;
  while (isNew(at.set, passed) && isFollowed(at.set)) {
    const [next, ...others] = partition(referrers(at.set));
    if (next === undefined || next.kind !== first.kind || others.length > 0) break;
    for (const node of at.set) passed.add(node);
    folded.push(at.set);
    nodes += at.set.length;
    at = next;
  }
  if (folded.length < LEAST_SETS) return undefined;
  const all = new Uint32Array(nodes);
  let end = 0;
  for (const set of folded) {
    all.set(set, end);
    end += set.length;
  }
  return { folded, all: all.sort(), next: at };
}

/** Whether `set` is a part of `whole`, and hardly less. */
export function isNearlyAll(set: NodeSet, whole: NodeSet): boolean {
  return set.length < whole.length && set.length >= NEARLY_ALL * whole.length && isSubsetOf(set, whole);
}

function isNew(set: NodeSet, passed: ReadonlySet<number>): boolean {
  return set.every((node) => !passed.has(node));
}
