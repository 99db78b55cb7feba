/**
 * The section `strings`, written again with its contents replaced: as many strings, each as long.
 *
 *     text of a string ──> kept? ──> as it is
 *                            └─────> scrambled, a piece of 64 KB at a time: no string is held whole
 *
 * Most strings are short, whole in the bytes at hand, and a text or a number: those are written in one loop, the kernel below.
 */

import { BACKSLASH, COMMA, LINE_FEED, QUOTE, SPACE } from '../parse/ascii.ts';
import { StringReader } from '../parse/string-reader.ts';
import { decodedString } from '../parse/strings.ts';
import { framed } from './frames.ts';
import type { NameUses } from './name-uses.ts';
import { type RedactionRules, stays, TOO_SHORT } from './rules.ts';
import { type Chain, NO_CHAIN, Scrambler, SHORT_UNITS } from './scramble.ts';
import { UnitCounter, unitsBegunBy } from './units.ts';

const PIECE_BYTES = 2 ** 16;
const OUT_BYTES = 2 ** 17;
/** A text of more bytes has more units than may stay for being short. */
const SHORT_BYTES = 12;
/** Of a text of `SHORT_UNITS`, also where each is escaped. */
const MOST_SHORT_BYTES = 6 * SHORT_UNITS;
/** As V8 separates strings. */
const SEPARATOR = Buffer.from(',\n"');

export interface RedactedStringsOptions {
  readonly key: Uint8Array;
  readonly rules: RedactionRules;
  readonly uses: NameUses;
  /** Takes the section's next bytes; a view that is good during the call. */
  write(bytes: Uint8Array): void;
}

export class RedactedStrings extends StringReader {
  readonly #options: RedactedStringsOptions;
  readonly #scrambler: Scrambler;
  /** Bytes of the string, or of its piece, that the scrambler has. */
  #length = 0;
  #chain: Chain = NO_CHAIN;
  readonly #units = new UnitCounter();
  /** What is to be written, gathered. */
  readonly #out = Buffer.alloc(OUT_BYTES);
  #outLength = 0;
  /** Strings whose text was replaced, in part at least. */
  replaced = 0;

  constructor(options: RedactedStringsOptions) {
    super();
    this.#options = options;
    this.#scrambler = new Scrambler(options.key, PIECE_BYTES);
    this.#putText('[');
  }

  /** Strings read. */
  get total(): number {
    return this.count;
  }

  /** Writes what is left, once the section is over. */
  close(): void {
    this.#putText(']');
    this.#flush();
  }

  protected override take(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + PIECE_BYTES - this.#length);
      this.#scrambler.text.set(bytes.subarray(at, end), this.#length);
      this.#length += end - at;
      at = end;
      if (this.#length === PIECE_BYTES) this.#scramblePiece();
    }
  }

  /** The kernel: texts and numbers without escapes, of so few units that one hash is enough; names are looked at elsewhere. */
  protected override takeWhole(bytes: Uint8Array, from: number): number {
    // what another module exports is looked up each time
    const [quote, backslash, space]: readonly number[] = [QUOTE, BACKSLASH, SPACE];
    const { text } = this.#scrambler;
    const last = bytes.length - 4;
    let taken = from;
    let length = 0;
    let units = 0;
    for (let at = from; at < last && units <= SHORT_UNITS && length < MOST_SHORT_BYTES; at++) {
      const byte = bytes[at]!;
      if (byte > quote! ? byte !== backslash : byte !== quote && byte >= space!) {
        text[length++] = byte;
        units += unitsBegunBy(byte);
        continue;
      }
      const next = byte === quote ? nextText(bytes, at) : 0;
      if (next === 0 || !this.#putShort(length, units)) break;
      this.count++;
      taken = next;
      at = next - 1;
      length = units = 0;
    }
    this.wanted = this.count;
    return taken;
  }

  protected override finish(): void {
    if (this.#chain === NO_CHAIN) this.#putWhole();
    else this.#scramblePiece();
    this.#putText('"');
    this.#chain = NO_CHAIN;
    this.#units.reset();
    this.#length = 0;
    this.wanted = this.count + 1;
  }

  /** A string as the kernel takes them, with its quotes; gives false for one whose text has to be looked at. */
  #putShort(bytes: number, units: number): boolean {
    const fate = shortFate(units, this.count, this.#options);
    if (fate === 'unknown') return false;
    this.#open();
    if (fate === 'stays') {
      this.#put(this.#scrambler.text.subarray(0, bytes));
    } else {
      this.replaced++;
      this.#putScrambled(bytes, units);
    }
    this.#makeRoom(1);
    this.#out[this.#outLength++] = QUOTE;
    return true;
  }

  #putScrambled(bytes: number, units: number): void {
    this.#makeRoom(units);
    this.#scrambler.short(bytes, units, this.#out, this.#outLength);
    this.#outLength += units;
  }

  /** A string of one piece, such as every name is. */
  #putWhole(): void {
    const { rules, uses } = this.#options;
    // most strings: their text need not be looked at
    if (this.#length > SHORT_BYTES && rules.keep === undefined && uses.isText(this.count)) {
      this.#scramblePiece();
      return;
    }
    const bytes = this.#scrambler.text.slice(0, this.#length);
    const text = decodedString(bytes);
    const stretches = uses.isName(this.count) ? framed(text) : null;
    if (stretches) {
      if (stretches.some(({ text: part, hidden }) => hidden && part !== '')) this.replaced++;
      this.#open();
      for (const { text: part, hidden } of stretches) {
        if (hidden) this.#putScrambledPart(part);
        else this.#putText(escaped(part));
      }
    } else if (stays(text, this.count, uses, rules)) {
      this.#open();
      this.#put(bytes);
    } else {
      this.#scramblePiece();
    }
  }

  #putScrambledPart(part: string): void {
    const bytes = Buffer.from(part);
    this.#scrambler.text.set(bytes);
    this.#scramble(bytes.length, part.length);
    this.#chain = NO_CHAIN;
  }

  #scramblePiece(): void {
    if (this.#chain === NO_CHAIN) {
      this.replaced++;
      this.#open();
    }
    const units = this.#units.count(this.#scrambler.text.subarray(0, this.#length));
    this.#scramble(this.#length, units);
    this.#length = 0;
  }

  /** Puts what replaces the first `bytes` of the scrambler's text. */
  #scramble(bytes: number, units: number): void {
    if (units <= SHORT_UNITS && this.#chain === NO_CHAIN && bytes <= MOST_SHORT_BYTES) {
      this.#putScrambled(bytes, units);
      return;
    }
    const { letters, chain } = this.#scrambler.long(this.#chain, bytes, units);
    this.#chain = chain;
    this.#put(letters);
  }

  #open(): void {
    if (this.count === 0) this.#putText('"');
    else this.#put(SEPARATOR);
  }

  #putText(text: string): void {
    this.#put(Buffer.from(text));
  }

  /** @param bytes at most a piece */
  #put(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#out.set(bytes, this.#outLength);
    this.#outLength += bytes.length;
  }

  #makeRoom(bytes: number): void {
    if (this.#outLength + bytes > OUT_BYTES) this.#flush();
  }

  #flush(): void {
    this.#options.write(this.#out.subarray(0, this.#outLength));
    this.#outLength = 0;
  }
}

/** What becomes of a string of so many units, where its text need not be looked at. */
function shortFate(
  units: number,
  index: number,
  { rules, uses }: RedactedStringsOptions,
): 'stays' | 'goes' | 'unknown' {
  if (rules.keep !== undefined || rules.hide !== undefined) return 'unknown';
  if (uses.isText(index)) return units <= TOO_SHORT ? 'stays' : 'goes';
  return rules.numbers !== true && uses.isNumber(index) && !uses.isName(index) ? 'stays' : 'unknown';
}

/** Where the text of the next string begins, of one whose closing quote is at `quote`; 0 where V8 writes it otherwise. */
function nextText(bytes: Uint8Array, quote: number): number {
  let next = quote + 1;
  if (bytes[next] !== COMMA) return 0;
  if (bytes[++next] === LINE_FEED) next++;
  return bytes[next] === QUOTE ? next + 1 : 0;
}

/** A text escaped for JSON, without its quotes. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
