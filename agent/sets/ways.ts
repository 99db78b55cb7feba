/** The ways by which a set is kept alive: its shortest paths, those left out that differ in an index or a key only. */
import { type HeapSet, heapSet } from './heap-set.ts';
import type { Path } from './paths.ts';

/** Paths that are looked at for ways of their own. */
const PATHS_SEEN = 200;

/** The first path of each way, at most `limit` of them. */
export function ways(set: HeapSet, limit: number): Path[] {
  const found = new Map<string, Path>();
  for (const path of set.sp.iter(0, PATHS_SEEN)) {
    const way = String(path).replace(/"[^"]*"|\d+/g, '*');
    if (!found.has(way)) found.set(way, path);
    if (found.size === limit) break;
  }
  return [...found.values()];
}

/** A set without prototypes: they are of the kind of what is made by them, and nobody's leak. */
export function instances(set: HeapSet): HeapSet {
  const { view, nodes, er } = set;
  return heapSet(
    view,
    nodes.filter((node) => view.names.isInstance(node)),
    er,
  );
}
