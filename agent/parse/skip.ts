/**
 * Reads over one JSON value of any kind, keeping nothing: the sections that nobody asked for.
 *
 *     VALUE ---> string, number, word ---> AFTER ---> "," ---> VALUE, or in an object KEY ---> COLON ---> VALUE
 *       | "[", "{": one deeper              | "]", "}": one less deep; done at depth 0
 *       v                                   v
 *     VALUE_OR_CLOSE, KEY_OR_CLOSE        AFTER
 *
 * The brackets that are open stand in a stack of bytes, so depth is bounded by the bytes read and nothing recurses.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isWhiteSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  shown,
} from './ascii.ts';
import { HEX_DIGITS, isHexDigit, isShortEscape, UNICODE_ESCAPE } from './escapes.ts';
import type { SectionReader } from './section.ts';

const VALUE = 0;
const VALUE_OR_CLOSE = 1;
const KEY = 2;
const KEY_OR_CLOSE = 3;
const COLON_AFTER_KEY = 4;
const AFTER = 5;
const STRING = 6;
const ESCAPE = 7;
const HEX = 8;
const WORD = 9;
const DONE = 10;

const EXPECTED: readonly string[] = [
  'a value',
  'a value or "]"',
  'a key',
  'a key or "}"',
  '":"',
  '"," or a closing bracket',
  'no control character',
  'an escape',
  'a hex digit',
  'a number, true, false or null',
];

/** No number that a snapshot holds is longer. */
const MAX_WORD_BYTES = 64;
const WORDS = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

export class SkipReader implements SectionReader {
  readonly #section: string;
  #state = VALUE;
  /** OPEN_BRACKET or OPEN_BRACE of each level that is open. */
  #open = new Uint8Array(64);
  #depth = 0;
  /** Whether the string that is being read is a key. */
  #inKey = false;
  #hexDigits = 0;
  #word = '';
  #wordOffset = 0;

  constructor(section: string) {
    this.#section = section;
  }

  /**
   * One that goes on within an array that somebody else has begun to read: where a value is to follow, or within a number of
   * which `digits` have been read.
   */
  static inArray(section: string, digits: string | null): SkipReader {
    const reader = new SkipReader(section);
    reader.#push(OPEN_BRACKET);
    reader.#word = digits ?? '';
    reader.#state = digits === null ? VALUE : WORD;
    return reader;
  }

  get done(): boolean {
    return this.#state === DONE;
  }

  read(bytes: Uint8Array, from: number, offset: number): number {
    let at = from;
    while (at < bytes.length && this.#state !== DONE) {
      if (this.#state === STRING) at = this.#passText(bytes, at, offset);
      else at += this.#take(bytes[at]!, offset + at);
    }
    return at;
  }

  /** Takes the byte at `offset`; gives 0 where the byte is to be taken again in the state that it led to, else 1. */
  #take(byte: number, offset: number): number {
    switch (this.#state) {
      case WORD:
        return this.#takeWord(byte);
      case ESCAPE:
        this.#takeEscape(byte, offset);
        return 1;
      case HEX:
        if (!isHexDigit(byte)) this.#fail(byte, offset);
        if (++this.#hexDigits === HEX_DIGITS) this.#state = STRING;
        return 1;
      default:
        if (!isWhiteSpace(byte)) this.#takeToken(byte, offset);
        return 1;
    }
  }

  #takeToken(byte: number, offset: number): void {
    switch (this.#state) {
      case VALUE_OR_CLOSE:
        if (byte === CLOSE_BRACKET) this.#close();
        else this.#openValue(byte, offset);
        break;
      case VALUE:
        this.#openValue(byte, offset);
        break;
      case KEY_OR_CLOSE:
        if (byte === CLOSE_BRACE) this.#close();
        else this.#openKey(byte, offset);
        break;
      case KEY:
        this.#openKey(byte, offset);
        break;
      case COLON_AFTER_KEY:
        if (byte !== COLON) this.#fail(byte, offset);
        this.#state = VALUE;
        break;
      default:
        this.#takeAfter(byte, offset);
    }
  }

  #takeAfter(byte: number, offset: number): void {
    const inObject = this.#open[this.#depth - 1] === OPEN_BRACE;
    if (byte === COMMA) this.#state = inObject ? KEY : VALUE;
    else if (byte === (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) this.#close();
    else this.#fail(byte, offset);
  }

  #openValue(byte: number, offset: number): void {
    if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      this.#push(byte);
      this.#state = byte === OPEN_BRACE ? KEY_OR_CLOSE : VALUE_OR_CLOSE;
    } else if (byte === QUOTE) {
      this.#inKey = false;
      this.#state = STRING;
    } else {
      if (!isWordByte(byte)) this.#fail(byte, offset);
      this.#wordOffset = offset;
      this.#word = String.fromCharCode(byte);
      this.#state = WORD;
    }
  }

  #openKey(byte: number, offset: number): void {
    if (byte !== QUOTE) this.#fail(byte, offset);
    this.#inKey = true;
    this.#state = STRING;
  }

  #takeWord(byte: number): number {
    if (isWordByte(byte) && this.#word.length < MAX_WORD_BYTES) {
      this.#word += String.fromCharCode(byte);
      return 1;
    }
    if (!WORDS.test(this.#word)) {
      throw new SnapshotSyntaxError(
        `expected ${EXPECTED[WORD]} in "${this.#section}", got "${this.#word}"`,
        this.#wordOffset,
      );
    }
    this.#state = this.#depth === 0 ? DONE : AFTER;
    return 0;
  }

  #takeEscape(byte: number, offset: number): void {
    if (byte !== UNICODE_ESCAPE && !isShortEscape(byte)) this.#fail(byte, offset);
    this.#state = byte === UNICODE_ESCAPE ? HEX : STRING;
    this.#hexDigits = 0;
  }

  #passText(bytes: Uint8Array, from: number, offset: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.#state = this.#inKey ? COLON_AFTER_KEY : AFTER;
        if (this.#depth === 0) this.#state = DONE;
        return at + 1;
      }
      if (byte === BACKSLASH) {
        this.#state = ESCAPE;
        return at + 1;
      }
      if (byte < SPACE) this.#fail(byte, offset + at);
    }
    return bytes.length;
  }

  #push(bracket: number): void {
    if (this.#depth === this.#open.length) {
      const wider = new Uint8Array(this.#depth * 2);
      wider.set(this.#open);
      this.#open = wider;
    }
    this.#open[this.#depth++] = bracket;
  }

  #close(): void {
    this.#state = --this.#depth === 0 ? DONE : AFTER;
  }

  #fail(byte: number, offset: number): never {
    throw new SnapshotSyntaxError(
      `expected ${EXPECTED[this.#state]} in "${this.#section}", got ${shown(byte)}`,
      offset,
    );
  }
}

/** Whether a byte may stand in a number or in true, false or null. */
function isWordByte(byte: number): boolean {
  return (
    (byte >= 48 && byte <= 57) ||
    (byte >= 97 && byte <= 122) ||
    byte === 45 ||
    byte === 43 ||
    byte === 46 ||
    byte === 69
  );
}
