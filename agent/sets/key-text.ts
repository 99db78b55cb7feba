/** Keys and entries of Maps and Sets as a path shows them. */
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK, selfSizeOf } from '../parse/columns.ts';
import { slotOf } from './hash-table.ts';
import type { HeapView } from './view.ts';

/** Characters of a key that are shown. */
const MAX_KEY = 40;

/** In place of a key that is not to be shown. */
export const HIDDEN = '{*}';

/** A key that is a string, in quotes. */
export function keyText(view: HeapView, text: string): string {
  if (!view.showsStrings) return HIDDEN;
  return JSON.stringify(text.length > MAX_KEY ? `${text.slice(0, MAX_KEY - 3)}...` : text);
}

/** What is in a slot of a table: `.get("a1")` for a Map's value, `.keys()[0]` for its key or a member of a Set. */
export function entryText(view: HeapView, table: number, slot: number): string {
  const found = slotOf(selfSizeOf(view.heap.columns, table), slot);
  if (found === undefined) return `.get(${HIDDEN})`;
  if (found.part === 'value') return `.get(${keyAt(view, table, found.keySlot)})`;
  return `.keys()[${found.entry}]`;
}

function keyAt(view: HeapView, table: number, slot: number): string {
  const { columns } = view.heap;
  const internal = columns.edgeTypes.indexOf('internal');
  for (let edge = columns.firstEdge[table]; edge < columns.firstEdge[table + 1]; edge++) {
    if ((columns.edgeTarget[edge] & EDGE_TYPE_MASK) !== internal) continue;
    if (columns.strings.equals(columns.edgeName[edge], String(slot))) {
      return keyOf(view, columns.edgeTarget[edge] >>> EDGE_TYPE_BITS);
    }
  }
  // small integers are no nodes
  return 'number';
}

function keyOf(view: HeapView, node: number): string {
  const { names } = view;
  if (names.rendering(node) === 'text') return keyText(view, names.nameOf(node));
  return names.rendering(node) === 'value' ? names.of(node) : `${view.kindText(node)} ${names.address(node)}`;
}
