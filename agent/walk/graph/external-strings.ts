/** What strings of a walked graph have outside V8's pages, by their nodes. */
import { outsideStringBytes, outsideUnit } from '../external-strings.ts';
import type { HeapWords } from '../objects.ts';
import type { NodeIndex } from './node-index.ts';

/** Calls `visit` with each string's node and the bytes that it has outside; @param strings nodes of strings */
export function eachOutside(
  { maps, layout, memory }: HeapWords,
  index: NodeIndex,
  strings: Uint32Array,
  visit: (node: number, bytes: number) => void,
): void {
  const unitOfMap = new Uint8Array(maps.length);
  for (let map = 0; map < maps.length; map++) unitOfMap[map] = outsideUnit(layout, maps.type[map]);
  for (const node of strings) {
    const unit = unitOfMap[index.map[node]];
    if (unit > 0) visit(node, outsideStringBytes(memory, index.at[node], unit));
  }
}
