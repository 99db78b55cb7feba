/** What JSON lets follow a backslash in a string. */
import { BACKSLASH, isDigit, QUOTE } from './ascii.ts';

/** The byte after the backslash of an escape that four hex digits belong to: `u`. */
export const UNICODE_ESCAPE = 117;
export const HEX_DIGITS = 4;

/** `"`, `\`, `/`, `b`, `f`, `n`, `r`, `t` */
const SHORT_ESCAPES: ReadonlySet<number> = new Set([QUOTE, BACKSLASH, 47, 98, 102, 110, 114, 116]);

export function isShortEscape(byte: number): boolean {
  return SHORT_ESCAPES.has(byte);
}

export function isHexDigit(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 97 && letter <= 102);
}
