/**
 * The section `strings`: an array of JSON strings, of which some are wanted and the others passed over.
 *
 *             [                "                  \                u            4 hex digits
 *     START ----> FIRST ---------> TEXT <----------------> ESCAPE ---> HEX -----------------> TEXT
 *                   | ]            ^  | "
 *                   |     "        |  v        ]
 *                   |   +--> NEXT -+ AFTER --------> DONE
 *                   |   +------------- ,              ^
 *                   +---------------------------------+
 *
 * A string's bytes are handed on as they stand between its quotes, in runs; nothing is decoded here.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import {
  BACKSLASH,
  CLOSE_BRACKET,
  COMMA,
  isWhiteSpace,
  LINE_FEED,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  shown,
} from './ascii.ts';
import { HEX_DIGITS, isHexDigit, isShortEscape, UNICODE_ESCAPE } from './escapes.ts';
import type { SectionReader } from './section.ts';

const START = 0;
const FIRST = 1;
const NEXT = 2;
const TEXT = 3;
const ESCAPE = 4;
const HEX = 5;
const AFTER = 6;
const DONE = 7;

const EXPECTED: readonly string[] = [
  '"["',
  'a string or "]"',
  'a string',
  'no control character',
  'an escape',
  'a hex digit',
  '"," or "]"',
];

/** No string that anybody can look at is longer: what is beyond is cut, and the string says so. */
const MAX_STRING_BYTES = 2 ** 28;

export abstract class StringReader implements SectionReader {
  /** Strings that have ended. */
  protected count = 0;
  /** Index of the next string that is wanted; from `count` on. */
  protected wanted = 0;
  #state = START;
  #hexDigits = 0;
  /** Bytes taken of the wanted string. */
  #stringBytes = 0;
  /** Whether the wanted string is longer than what is kept of it. */
  #isCut = false;
  /** Bytes of a string that are kept. */
  protected readonly mostBytes: number = MAX_STRING_BYTES;

  get done(): boolean {
    return this.#state === DONE;
  }

  /** Takes the next bytes `from` to `to` - 1 of the wanted string. */
  protected abstract take(bytes: Uint8Array, from: number, to: number): void;

  /**
   * Takes wanted strings that stand whole in `bytes`, each with V8's separator after it, from where the text of one begins,
   * and gives where the text of the first one begins that it leaves. The default takes none. @throws SnapshotSyntaxError
   */
  protected takeWhole(_bytes: Uint8Array, from: number, _offset: number): number {
    return from;
  }

  /** The wanted string has ended, at `offset`; sets `wanted` to the next. @throws SnapshotSyntaxError */
  protected abstract finish(offset: number): void;

  read(bytes: Uint8Array, from: number, offset: number): number {
    let at = from;
    while (at < bytes.length && this.#state !== DONE) {
      if (this.#state === TEXT) at = this.#readText(bytes, at, offset);
      else at = this.#step(bytes, at, offset);
    }
    return at;
  }

  #readText(bytes: Uint8Array, from: number, offset: number): number {
    if (this.count !== this.wanted) {
      const stop = this.#passText(bytes, from);
      if (stop > from) return stop;
    } else if (this.#stringBytes === 0) {
      const stop = this.takeWhole(bytes, from, offset);
      if (stop > from) return stop;
    }
    let to = from;
    let byte = 0;
    while (to < bytes.length) {
      byte = bytes[to]!;
      if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
      to++;
    }
    const wanted = this.count === this.wanted;
    if (to === bytes.length) {
      if (wanted) this.#keep(bytes, from, to, true);
      return to;
    }
    if (byte === BACKSLASH) {
      if (wanted) this.#keep(bytes, from, to + 1, true);
      this.#state = ESCAPE;
    } else if (byte === QUOTE) {
      if (wanted) {
        this.#keep(bytes, from, to, true);
        this.#stringBytes = 0;
        this.#isCut = false;
        this.finish(offset + to);
      }
      this.count++;
      this.#state = AFTER;
    } else {
      this.#fail(byte, offset + to);
    }
    return to + 1;
  }

  /**
   * The kernel for strings that nobody wants: passes over plain text, and from string to string as V8 separates them,
   * and stops in the text of the wanted string or before the first byte that it does not like.
   */
  #passText(bytes: Uint8Array, from: number): number {
    // what another module exports is looked up each time
    const quote: number = QUOTE;
    const backslash: number = BACKSLASH;
    const space: number = SPACE;
    const comma: number = COMMA;
    const lineFeed: number = LINE_FEED;
    const last = bytes.length - 4;
    const wanted = this.wanted;
    let count = this.count;
    let at = from;
    while (at < last) {
      const byte = bytes[at]!;
      if (byte > quote ? byte !== backslash : byte !== quote && byte >= space) {
        at++;
        continue;
      }
      if (byte !== quote) break;
      let next = at + 1;
      if (bytes[next] !== comma) break;
      if (bytes[++next] === lineFeed) next++;
      if (bytes[next] !== quote) break;
      at = next + 1;
      if (++count === wanted) break;
    }
    this.count = count;
    return at;
  }

  /** @param isText what is kept are characters, and a backslash as the last one at most: so that no escape is cut in two */
  #keep(bytes: Uint8Array, from: number, to: number, isText: boolean): void {
    if (this.#isCut) return;
    const room = Math.max(0, this.mostBytes - this.#stringBytes);
    this.#isCut = isText && to - from > room;
    this.take(bytes, from, this.#isCut ? from + room : to);
    this.#stringBytes += to - from;
    if (!this.#isCut) return;
    const mark = new TextEncoder().encode(`... (cut: longer than ${this.mostBytes} bytes)`);
    this.take(mark, 0, mark.length);
  }

  #step(bytes: Uint8Array, at: number, offset: number): number {
    const byte = bytes[at]!;
    if (this.#state === ESCAPE || this.#state === HEX) {
      if (this.count === this.wanted) this.#keep(bytes, at, at + 1, false);
      if (this.#state === ESCAPE) this.#takeEscape(byte, offset + at);
      else this.#takeHexDigit(byte, offset + at);
    } else if (!isWhiteSpace(byte)) {
      this.#takeToken(byte, offset + at);
    }
    return at + 1;
  }

  #takeToken(byte: number, offset: number): void {
    if (this.#state === START && byte === OPEN_BRACKET) this.#state = FIRST;
    else if (this.#state === AFTER && byte === COMMA) this.#state = NEXT;
    else if ((this.#state === FIRST || this.#state === NEXT) && byte === QUOTE) this.#state = TEXT;
    else if ((this.#state === FIRST || this.#state === AFTER) && byte === CLOSE_BRACKET) this.#state = DONE;
    else this.#fail(byte, offset);
  }

  #takeEscape(byte: number, offset: number): void {
    if (byte === UNICODE_ESCAPE) {
      this.#hexDigits = 0;
      this.#state = HEX;
    } else if (isShortEscape(byte)) {
      this.#state = TEXT;
    } else {
      this.#fail(byte, offset);
    }
  }

  #takeHexDigit(byte: number, offset: number): void {
    if (!isHexDigit(byte)) this.#fail(byte, offset);
    if (++this.#hexDigits === HEX_DIGITS) this.#state = TEXT;
  }

  #fail(byte: number, offset: number): never {
    throw new SnapshotSyntaxError(`expected ${EXPECTED[this.#state]} in "strings", got ${shown(byte)}`, offset);
  }
}

/** Bytes of the escape at `from`, a backslash and what belongs to it; 0 where it is none or not whole. */
export function escapeLength(bytes: Uint8Array, from: number): number {
  const byte = bytes[from + 1]!;
  if (byte !== UNICODE_ESCAPE) return isShortEscape(byte) ? 2 : 0;
  for (let digit = 0; digit < HEX_DIGITS; digit++) if (!isHexDigit(bytes[from + 2 + digit]!)) return 0;
  return 2 + HEX_DIGITS;
}
