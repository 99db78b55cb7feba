/**
 * Text in the place of other text: as long, equal where the other was equal under the same key, and otherwise nothing that can
 * be read back. A letter for each unit, of a hash over the key and the text: letters alone look like no secret. Of each byte of
 * the hash a letter tells a part only, so that nobody goes on with it where a text ends.
 *
 *     up to 64 units       SHA-512(key, text)             one call of one hash: what most strings of a snapshot are
 *     a longer piece       SHAKE256(key, chain, text)     its first bytes are the chain to the next piece
 *
 * Texts of few units may be given the same replacement by chance. A text of more than a piece is replaced piece by
 * piece, each by all before it: two that begin alike for 64 KB are replaced alike as far.
 */
import { createHash, hash } from 'node:crypto';

/** What the next piece of the same text is replaced by, too. */
export type Chain = Uint8Array;
export const NO_CHAIN: Chain = new Uint8Array(0);
const CHAIN_BYTES = 32;

/** Bytes of SHA-512. */
export const SHORT_UNITS = 64;

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LETTER_OF = Uint8Array.from({ length: 256 }, (_, byte) => LETTERS.charCodeAt(byte % LETTERS.length));

export class Scrambler {
  readonly #key: Uint8Array;
  /** The key, and behind it the text. */
  readonly #keyed: Uint8Array;
  /** The same up to a short text of so many bytes: a view for each text would be most of what is thrown away. */
  readonly #views: Uint8Array[] = [];
  /** Takes the bytes that are to be replaced, from its start. */
  readonly text: Uint8Array;

  /** @param mostBytes of a piece */
  constructor(key: Uint8Array, mostBytes: number) {
    this.#key = key;
    this.#keyed = new Uint8Array(key.length + mostBytes);
    this.#keyed.set(key);
    this.text = this.#keyed.subarray(key.length);
  }

  /** Writes the replacement of the first `bytes` of `text`, of `units` up to `SHORT_UNITS`, to `out` from `at` on. */
  short(bytes: number, units: number, out: Uint8Array, at: number): void {
    this.#views[bytes] ??= this.#keyed.subarray(0, this.#key.length + bytes);
    const digest = hash('sha512', this.#views[bytes], 'binary');
    for (let unit = 0; unit < units; unit++) out[at + unit] = LETTER_OF[digest.charCodeAt(unit)]!;
  }

  /** The replacement of the first `bytes` of `text`, a byte a unit, and the chain to the next piece. */
  long(chain: Chain, bytes: number, units: number): { letters: Uint8Array; chain: Chain } {
    const digest = createHash('shake256', { outputLength: CHAIN_BYTES + units })
      .update(this.#key)
      .update(chain)
      .update(this.text.subarray(0, bytes))
      .digest();
    const letters = digest.subarray(CHAIN_BYTES);
    for (let unit = 0; unit < units; unit++) letters[unit] = LETTER_OF[letters[unit]!]!;
    return { letters, chain: digest.subarray(0, CHAIN_BYTES) };
  }
}
