/** What keeps the objects of a kind alive, as text: for whoever is told that they grow. */
import type { HeapSet } from './heap-set.ts';
import { relation } from './relation.ts';
import { instances, ways } from './ways.ts';

const MAX_PATTERN_LINES = 30;
const MAX_PATHS = 5;

export interface HoldersQuestion {
  /** Kinds that may be meant, the likeliest first: the first of which there are objects is. */
  readonly kinds: readonly string[];
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
}

export interface Holders {
  readonly kind: string;
  /** Objects of the kind. */
  readonly count: number;
  /** heapy's reference pattern, line by line. */
  readonly pattern: readonly string[];
  /** Shortest paths, one of each way that they take. */
  readonly paths: readonly string[];
}

/** Of the objects of `heap`; null where there is none of any of the kinds. */
export function holdersOf(heap: HeapSet, kinds: readonly string[]): Holders | null {
  for (const kind of kinds) {
    const objects = instances(heap.and(relation('kind').of(kind)));
    if (objects.count === 0) continue;
    const pattern = String(objects.rp).split('\n').slice(0, MAX_PATTERN_LINES);
    return { kind, count: objects.count, pattern, paths: ways(objects, MAX_PATHS).map(String) };
  }
  return null;
}
