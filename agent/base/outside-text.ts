/**
 * Text that comes from a target, a neighbour's file or a label: what of it is let in. It is short, on one line and printable,
 * and two long texts that begin alike stay two:
 *
 *     "v20.20.2\x1b[2J" + 30 MB of T   ──>   'v20.20.2\\x1b[2JTTTTTTTTTTTTTTTTTTTT…#3f9a0c71'
 */
import { createHash } from 'node:crypto';
import { oneLine } from '../../protocol/printable.ts';

/** Lengths that texts are cut to, in UTF-16 code units. */
export const TEXT_LENGTHS = {
  /** `v20.20.2-nightly…` */
  version: 64,
  title: 200,
  /** The name of a space of the heap. */
  space: 64,
  /** A command line. */
  command: 1_000,
  /** The name of a class, a function, a variable, a kind. */
  name: 1_024,
  /** The address of a script; a `data:` URL is its script's whole text. */
  url: 2_000,
  /** What a target answers instead of a result. */
  message: 300,
  /** The value of a label. */
  label: 256,
} as const;

const HASH_DIGITS = 8;
/** Most texts. */
const PLAIN = /^[\x20-\x7e]*$/;
/**
 * `text` on one line, each character that would steer a terminal or turn its text around as an escape; at most `maxLength` long,
 * where it ends in `…#` and a hash of all of it if something was cut.
 */
export function outsideText(text: string, maxLength: number): string {
  if (text.length <= maxLength) {
    if (PLAIN.test(text)) return text;
    const whole = oneLine(text);
    if (whole.length <= maxLength) return whole;
  }
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  const end = `…#${hash}`;
  return `${oneLine(text.slice(0, maxLength)).slice(0, maxLength - end.length)}${end}`;
}
