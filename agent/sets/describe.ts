/** One object, described from the snapshot alone: what it is, and what its properties hold. */

import { maxOf } from '../../protocol/extremes.ts';
import { oneLine } from '../../protocol/printable.ts';
import { selfSizeOf } from '../parse/columns.ts';
import { propertiesOf } from './properties.ts';
import type { HeapView } from './view.ts';

/** Properties that are shown; the rest is counted. */
const MAX_PROPERTIES = 20;

/**
 *     Session @4711, 48 bytes, 8192 retained (src/a.js:10)
 *       .user   User: @4713
 *       .cart   Array: @4715
 */
export function describe(view: HeapView, node: number): string {
  const { heap, names } = view;
  const place = names.placeOf(node);
  const sizes = `${selfSizeOf(heap.columns, node)} bytes, ${heap.retained[node]} retained`;
  const head = `${view.kindText(node)} ${names.address(node)}, ${sizes}${place === undefined ? '' : ` (${place})`}`;
  const properties = propertiesOf(view, node);
  const width = Math.max(0, maxOf(properties.slice(0, MAX_PROPERTIES).map(([label]) => label.length)));
  const lines = properties
    .slice(0, MAX_PROPERTIES)
    .map(([label, target]) => `  ${label.padEnd(width)}  ${view.kindText(target)}: ${names.of(target)}`);
  const left = properties.length - lines.length;
  return [head, ...lines, ...(left > 0 ? [`  ... ${left} more`] : [])].map((line) => oneLine(line)).join('\n');
}
