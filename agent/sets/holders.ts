/** What keeps the objects of a kind alive, as text: for whoever is told that they grow. */
import type { HeapSet } from './heap-set.ts';
import { relation } from './relation.ts';

const MAX_PATTERN_LINES = 30;
const MAX_PATHS = 5;
/** Paths that are looked at for ways of their own. */
const PATHS_SEEN = 200;

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
    return { kind, count: objects.count, pattern, paths: ways(objects) };
  }
  return null;
}

/** A set without prototypes: they are of the kind of what is made by them, and nobody's leak. */
function instances(set: HeapSet): HeapSet {
  const prototypes = set.byvia.parts.filter(({ byvia }) => byvia.stat.rows[0]?.kind.includes('.__proto__'));
  return prototypes.reduce<HeapSet>((left, part) => left.sub(part), set);
}

/** One path of each way: those that differ in an index or a key only are one. */
function ways(set: HeapSet): string[] {
  const found = new Map<string, string>();
  for (const path of set.sp.iter(0, PATHS_SEEN)) {
    const text = String(path);
    const way = text.replace(/"[^"]*"|\d+/g, '*');
    if (!found.has(way)) found.set(way, text);
    if (found.size === MAX_PATHS) break;
  }
  return [...found.values()];
}
