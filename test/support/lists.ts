/** Graphs that heapy's own tests are made of: nested lists, an edge of type element for each item. */
import type { Columns } from '../../agent/parse/columns.ts';
import { columnsOf, type Edge } from './columns.ts';

/** Columns of `nodes` lists; `items[n]` are what list n holds, in order. */
export function lists(...items: readonly (readonly number[])[]): Columns {
  return columnsOf(items.length, items.flatMap(elements));
}

/**
 * `width` ** `length` shortest paths from a list to another: layers of `width` lists, each holding the whole next layer.
 * The source is node 0, the target the last one.
 */
export function layers(width: number, length: number): Columns {
  const layer = (n: number): number[] => Array.from({ length: width }, (_, k) => 1 + n * width + k);
  const target = 1 + (length - 1) * width;
  const below = (n: number): number[] => (n === length - 1 ? Array(width).fill(target) : layer(n));
  const items = [below(0)];
  for (let n = 0; n < length - 1; n++) for (let k = 0; k < width; k++) items.push(below(n + 1));
  return lists(...items, []);
}

function elements(items: readonly number[], from: number): Edge[] {
  return items.map((to, name) => ({ from, to, type: 'element', name }));
}
