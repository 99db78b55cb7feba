/** Text from a target made safe to print: what would steer a terminal, or turn its text around, is shown as an escape. */

/** Characters of a text that are kept; V8 itself cuts the names in a snapshot at 1,024. */
const MAX_LENGTH = 2_000;

const STEERING = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** `text` with each control character as `\x1b` or `\u202e`; newlines and tabs stay. Overlong text is cut and ends in `…`. */
export function printable(text: string): string {
  const kept = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return kept.replace(STEERING, escapeOf);
}

function escapeOf(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
