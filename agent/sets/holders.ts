/** What keeps the objects of a kind alive, as text: for the reader of an alert that they grow. */
import { causeWeight } from '../classify/generic.ts';
import type { HeapSet } from './heap-set.ts';
import { ownerOf } from './owner-of.ts';
import { relation } from './relation.ts';
import { instances, ways } from './ways.ts';

const MAX_PATTERN_LINES = 30;
const MAX_PATHS = 5;
/** Kinds whose retained size is worked out: each is a walk over what they hold. */
const MAX_WEIGHED = 8;

export interface HoldersQuestion {
  /** Kinds that may be meant, the likeliest first. Without `grown` the first of which there are objects is. */
  readonly kinds: readonly string[];
  /** By kind, the share of its objects that is new, 0 to 1: the kind is meant whose new objects retain most. */
  readonly grown?: Readonly<Record<string, number>>;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
}

/** What dies with the objects of a kind; with those of them that are new, where only a share is. */
export interface Retained {
  readonly kind: string;
  readonly count: number;
  readonly retainedBytes: number;
}

export interface Holders {
  readonly kind: string;
  /** Objects of the kind. */
  readonly count: number;
  /** heapy's reference pattern, line by line. */
  readonly pattern: readonly string[];
  /** Shortest paths, one of each way that they take. */
  readonly paths: readonly string[];
  /** Of the kinds that were asked for with `grown`, most first. */
  readonly retained?: readonly Retained[];
  /** Who owns it, where somebody wants to know (owners/in-use.ts). */
  readonly owner?: string;
}

/** Of the objects of `heap`; null where there is none of any of the kinds. */
export function holdersOf(heap: HeapSet, { kinds, grown }: Omit<HoldersQuestion, 'strings'>): Holders | null {
  if (grown) return holdersOfCause(heap, kinds, grown);
  for (const kind of kinds) {
    const objects = objectsOf(heap, kind);
    if (objects.count > 0) return described(kind, objects);
  }
  return null;
}

function holdersOfCause(
  heap: HeapSet,
  kinds: readonly string[],
  grown: Readonly<Record<string, number>>,
): Holders | null {
  const sets = kinds
    .map((kind) => ({ kind, objects: objectsOf(heap, kind) }))
    .filter(({ objects }) => objects.count > 0);
  const retained = sets.slice(0, MAX_WEIGHED).map(({ kind, objects }) => {
    return { kind, count: objects.count, retainedBytes: Math.round(objects.domisize * (grown[kind] ?? 1)) };
  });
  const weight = ({ kind, retainedBytes }: Retained) => causeWeight(kind, retainedBytes);
  const [cause] = retained.toSorted((a, b) => weight(b) - weight(a));
  const objects = sets.find(({ kind }) => kind === cause?.kind)?.objects;
  if (!cause || !objects) return null;
  return {
    ...described(cause.kind, objects),
    retained: retained.toSorted((a, b) => b.retainedBytes - a.retainedBytes),
  };
}

function objectsOf(heap: HeapSet, kind: string): HeapSet {
  return instances(heap.and(relation('kind').of(kind)));
}

function described(kind: string, objects: HeapSet): Holders {
  const pattern = String(objects.rp).split('\n').slice(0, MAX_PATTERN_LINES);
  const paths = ways(objects, MAX_PATHS);
  const owner = ownerOf(objects, paths);
  return { kind, count: objects.count, pattern, paths: paths.map(String), ...(owner !== undefined && { owner }) };
}
