/** Text from outside made safe to print: what would steer a terminal, or turn its text around, is shown as an escape. */

/** Characters of a text that are kept; V8 itself cuts the names in a snapshot at 1,024. */
const MAX_LENGTH = 2_000;

/** Controls of C0 and C1, and those of Unicode that turn text around, break lines or are shown as nothing. */
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u206a-\u206f\ufeff]/gu;
const STEERING_BUT_BLANKS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029\u206a-\u206f\ufeff]/gu;

/** `text` with each control character as `\x1b` or `\u202e`; newlines and tabs stay. Overlong text is cut and ends in `…`. */
export function printable(text: string): string {
  return cut(text, MAX_LENGTH).replace(STEERING_BUT_BLANKS, escapeOf);
}

/** The same on one line: a newline is shown as `\n`, so that nothing from outside can pass for a line of ours. */
export function oneLine(text: string, maxLength = MAX_LENGTH): string {
  return cut(text, maxLength).replace(STEERING, escapeOf);
}

/**
 * Whatever is about to be written to a terminal, whole. Escapes are JSON's, so that JSON stays what it was: outside of its
 * strings it has no such characters.
 */
export function terminalText(text: string): string {
  return text.replace(STEERING_BUT_BLANKS, (character) => `\\u${hex(character, 4)}`);
}

function cut(text: string, maxLength: number): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

function escapeOf(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return character.charCodeAt(0) < 0x100 ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
