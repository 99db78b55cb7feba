/**
 * The section `strings`, written again with its contents replaced: as many strings, each as long.
 *
 *     text of a string ──> kept? ──> as it is
 *                            └─────> scrambled, a piece of 64 KB at a time: no string is held whole
 */

import { StringReader } from '../parse/string-reader.ts';
import { decodedString } from '../parse/strings.ts';
import { framed } from './frames.ts';
import type { NameUses } from './name-uses.ts';
import { isContent, type RedactionRules, stays } from './rules.ts';
import { type Chain, NO_CHAIN, scramble } from './scramble.ts';
import { UnitCounter } from './units.ts';

const PIECE_BYTES = 2 ** 16;
/** A text of more bytes has more units than may stay for being short. */
const SHORT_BYTES = 12;

export interface RedactedStringsOptions {
  readonly key: Uint8Array;
  readonly rules: RedactionRules;
  readonly uses: NameUses;
  /** Takes the section's next bytes; a view that is good during the call. */
  write(bytes: Uint8Array): void;
}

export class RedactedStrings extends StringReader {
  readonly #options: RedactedStringsOptions;
  readonly #piece = new Uint8Array(PIECE_BYTES);
  #length = 0;
  #chain: Chain = NO_CHAIN;
  readonly #units = new UnitCounter();
  /** What is to be written, gathered. */
  #out: string[] = [];
  #outLength = 0;
  /** Strings whose text was replaced, in part at least. */
  replaced = 0;

  constructor(options: RedactedStringsOptions) {
    super();
    this.#options = options;
    this.#put('[');
  }

  /** Strings read. */
  get total(): number {
    return this.count;
  }

  /** Writes what is left, once the section is over. */
  close(): void {
    this.#put(']');
    this.#flush();
  }

  protected override take(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + PIECE_BYTES - this.#length);
      this.#piece.set(bytes.subarray(at, end), this.#length);
      this.#length += end - at;
      at = end;
      if (this.#length === PIECE_BYTES) this.#scramblePiece();
    }
  }

  protected override finish(): void {
    if (this.#chain === NO_CHAIN) this.#putShort();
    else this.#scramblePiece();
    this.#put('"');
    this.#chain = NO_CHAIN;
    this.#units.reset();
    this.#length = 0;
    this.wanted = this.count + 1;
  }

  /** A string of one piece, such as every name is. */
  #putShort(): void {
    const { key, rules, uses } = this.#options;
    // most strings: their text need not be looked at
    if (this.#length > SHORT_BYTES && rules.keep === undefined && isContent(this.count, uses)) {
      this.#scramblePiece();
      return;
    }
    const bytes = this.#piece.subarray(0, this.#length);
    const text = decodedString(bytes);
    const stretches = uses.isName(this.count) ? framed(text) : null;
    if (stretches) {
      if (stretches.some(({ text: part, hidden }) => hidden && part !== '')) this.replaced++;
      this.#open();
      for (const { text: part, hidden } of stretches) {
        this.#put(hidden ? scramble(key, NO_CHAIN, Buffer.from(part), part.length).text : escaped(part));
      }
    } else if (stays(text, this.count, uses, rules)) {
      this.#open();
      this.#put(Buffer.from(bytes).toString('utf8'));
    } else {
      this.#scramblePiece();
    }
  }

  #scramblePiece(): void {
    if (this.#chain === NO_CHAIN) {
      this.replaced++;
      this.#open();
    }
    const bytes = this.#piece.subarray(0, this.#length);
    const { text, chain } = scramble(this.#options.key, this.#chain, bytes, this.#units.count(bytes));
    this.#chain = chain;
    this.#put(text);
    this.#length = 0;
  }

  /** As V8 separates strings. */
  #open(): void {
    this.#put(this.count === 0 ? '"' : ',\n"');
  }

  #put(text: string): void {
    this.#out.push(text);
    this.#outLength += text.length;
    if (this.#outLength >= PIECE_BYTES) this.#flush();
  }

  #flush(): void {
    this.#options.write(Buffer.from(this.#out.join('')));
    this.#out = [];
    this.#outLength = 0;
  }
}

/** A text escaped for JSON, without its quotes. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
