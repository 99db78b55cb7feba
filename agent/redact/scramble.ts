/**
 * Text in the place of other text: as long, equal where the other was equal under the same key, and otherwise nothing that can
 * be read back. It is SHAKE256 (FIPS 202) over the key and the text, a letter for each unit: letters alone look like no secret.
 *
 * Texts of few units may be given the same replacement by chance. A text of more than a piece is replaced piece by
 * piece, each by all before it: two that begin alike for 64 KB are replaced alike as far.
 */
import { createHash } from 'node:crypto';

/** What the next piece of the same text is replaced by, too. */
export type Chain = Uint8Array;
export const NO_CHAIN: Chain = new Uint8Array(0);
const CHAIN_BYTES = 32;

const LETTERS = Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

/** A replacement of `units` characters of ASCII for a piece of text, and the chain to the next. */
export function scramble(
  key: Uint8Array,
  chain: Chain,
  text: Uint8Array,
  units: number,
): { text: string; chain: Chain } {
  const bytes = createHash('shake256', { outputLength: CHAIN_BYTES + units })
    .update(key)
    .update(chain)
    .update(text)
    .digest();
  for (let at = CHAIN_BYTES; at < bytes.length; at++) bytes[at] = LETTERS[bytes[at]! % LETTERS.length]!;
  return { text: bytes.toString('latin1', CHAIN_BYTES), chain: bytes.subarray(0, CHAIN_BYTES) };
}
