/** The nodes of a few instance types, found in one pass over all. */
import type { HeapWords } from '../objects.ts';
import type { NodeIndex } from './node-index.ts';

/** By the name of the type, ascending. A type that this V8 does not have has none. */
export function nodesByType(heap: HeapWords, index: NodeIndex, types: readonly string[]): Map<string, number[]> {
  const { maps, layout } = heap;
  const found = new Map(types.map((type) => [type, [] as number[]]));
  const isWanted = new Uint8Array(maps.length);
  for (let map = 0; map < maps.length; map++) {
    isWanted[map] = Number(found.has(layout.typeNames.get(maps.type[map]) ?? ''));
  }
  for (let node = index.first; node < index.end; node++) {
    const map = index.map[node];
    if (isWanted[map] === 1) found.get(layout.typeNames.get(maps.type[map]) ?? '')?.push(node);
  }
  return found;
}
