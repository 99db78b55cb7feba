/** What a value looks like at the prompt. */
import { inspect } from 'node:util';
import { terminalText } from '../../protocol/printable.ts';

/**
 * Sets and what they give have no colours of their own. Other values are coloured where nothing else in their text would steer
 * the terminal: with an escape of its own in its text, a value is shown without colours.
 */
export function shownText(value: unknown, isColoured: boolean): string {
  const plain = inspect(value);
  const safe = terminalText(plain);
  const isOwn = typeof value === 'object' && value !== null && inspect.custom in value;
  return isColoured && !isOwn && safe === plain ? inspect(value, { colors: true }) : safe;
}
