/** How the classifier `name` writes a node; the histogram, which needs no columns, writes it by the same rule. */

import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';

/** V8 types whose name is the node's content, so that each node would be a kind of its own. */
const NAMED_BY_CONTENT: ReadonlySet<string> = new Set([
  'string',
  'concatenated string',
  'sliced string',
  'regexp',
  'symbol',
  'bigint',
  'number',
]);

/** Whether all nodes of a V8 type are one kind, whatever their names. */
export function isNamedByContent(type: string): boolean {
  return NAMED_BY_CONTENT.has(type);
}

/** `object Session`, `hidden system / Map`; the type alone where the name is empty or the node's content. */
export function rawNameText(type: string, name: string): string {
  return name === '' || isNamedByContent(type) ? type : `${type} ${cut(name)}`;
}

/** A raw name is shown as it is where it is not too long. */
function cut(name: string): string {
  return name.length > TEXT_LENGTHS.name ? outsideText(name, TEXT_LENGTHS.name) : name;
}
