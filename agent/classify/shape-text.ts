/**
 * How a plain object reads by the names of its properties: sorted, so that two literals with the same names are one shape
 * whatever their order.
 *
 *     {token, user}      an object literal or what JSON.parse made
 *     {a, b, …5 more}    the first names of a wide one
 *     {}                 no properties
 *     {*}                a dictionary: its names are data, and none is shown
 *     {…}                all shapes beyond the largest (shape.ts)
 */
import { outsideText } from '../base/outside-text.ts';

export const DICTIONARY = '{*}';
export const OTHER_SHAPES = '{…}';

/** Names that are shown. */
const SHOWN_NAMES = 12;
const NAME_LENGTH = 40;

export function shapeText(names: readonly string[]): string {
  const sorted = [...new Set(names)].sort();
  const shown = sorted.slice(0, SHOWN_NAMES).map((name) => outsideText(name, NAME_LENGTH));
  if (sorted.length > SHOWN_NAMES) shown.push(`…${sorted.length - SHOWN_NAMES} more`);
  return `{${shown.join(', ')}}`;
}
