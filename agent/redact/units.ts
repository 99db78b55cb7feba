/** Counts the UTF-16 units that JSON-escaped UTF-8 stands for, however the bytes are cut. */
import { BACKSLASH } from '../parse/ascii.ts';
import { HEX_DIGITS, UNICODE_ESCAPE } from '../parse/escapes.ts';

/** Bytes from here on begin a character of four bytes: two units. */
const FOUR_BYTES = 0xf0;
/** The bits that tell a byte that goes on with a character from one that begins one. */
const [LEADING_BITS, CONTINUES] = [0xc0, 0x80];

export class UnitCounter {
  #isAfterBackslash = false;
  #hexDigitsLeft = 0;

  /** Units that begin in `bytes`. */
  count(bytes: Uint8Array): number {
    let units = 0;
    for (const byte of bytes) units += this.#take(byte);
    return units;
  }

  /** For the next text. */
  reset(): void {
    this.#isAfterBackslash = false;
    this.#hexDigitsLeft = 0;
  }

  #take(byte: number): number {
    if (this.#hexDigitsLeft > 0) {
      this.#hexDigitsLeft--;
      return 0;
    }
    if (this.#isAfterBackslash) {
      this.#isAfterBackslash = false;
      if (byte === UNICODE_ESCAPE) this.#hexDigitsLeft = HEX_DIGITS;
      return 0;
    }
    if (byte === BACKSLASH) this.#isAfterBackslash = true;
    return unitsBegunBy(byte);
  }
}

/** Units of the character that a byte of UTF-8 begins; 0 for one that goes on. */
export function unitsBegunBy(byte: number): number {
  if ((byte & LEADING_BITS) === CONTINUES) return 0;
  return byte >= FOUR_BYTES ? 2 : 1;
}
