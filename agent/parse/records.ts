/**
 * An array of records: the same number of non-negative integers over and over, as the sections `nodes`, `edges` and
 * `locations` hold them: `[9,1,1,0,8,0,9,2,3,0,27,0]` is two records of six.
 *
 *             [                 digit            not a digit
 *     START ----> FIRST ---------> IN_NUMBER -----------------> AFTER
 *                   | ]              ^ digit                  , |  | ]   (only after a record's last number)
 *                   |                +---------- NUMBER <-------+  |
 *                   +----------------------------------------------+--> DONE
 *
 * That machine takes any bytes cut anywhere, one at a time. A reader derived from this one may also have a kernel,
 * `pass`, for records that lie whole in the buffer in the form that V8 writes; it is tried at the start of each record,
 * takes as many as it can, and leaves whatever it does not like to the machine, which then knows what is wrong with it.
 * That of nodes and edges is WebAssembly (kernel-reader.ts).
 *
 * A section that a snapshot can be read without may hold negative integers too. The first thing in it that is no integer,
 * though it is JSON, ends its records, and the rest of the section is passed over.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { CLOSE_BRACKET, COMMA, DIGIT_0, isDigit, isWhiteSpace, OPEN_BRACKET, shown } from './ascii.ts';
import type { SectionReader } from './section.ts';
import { SkipReader } from './skip.ts';

const START = 0;
const FIRST = 1;
const NUMBER = 2;
const IN_NUMBER = 3;
const AFTER = 4;
const DONE = 5;
const AFTER_MINUS = 6;

const EXPECTED: readonly string[] = ['"["', 'a number or "]"', 'a number', 'a number', '"," or "]"', '', 'a digit'];

/** Bytes of one number at most that a kernel takes (that of nodes and edges less); longer ones are the machine's. */
export const KERNEL_DIGITS = 9;

/** What a number may have that is no integer. */
const [MINUS, POINT, SMALL_E, LARGE_E] = [45, 46, 101, 69];

/** Stands for every number from here on. */
const TOO_LARGE = 2 ** 53;

export abstract class RecordReader implements SectionReader {
  protected readonly section: string;
  /** Records taken. */
  protected count = 0;
  readonly #fieldCount: number;
  readonly #values: Float64Array;
  #field = 0;
  #value = 0;
  #isNegative = false;
  #leadingZero = false;
  #state = START;
  #recordOffset = 0;
  readonly #dispensable: boolean;
  /** What passes over the rest of a dispensable section. */
  #rest: SkipReader | null = null;

  /** @param dispensable whether other JSON than records is passed over */
  constructor(section: string, fieldCount: number, { dispensable = false } = {}) {
    this.section = section;
    this.#dispensable = dispensable;
    this.#fieldCount = fieldCount;
    this.#values = new Float64Array(fieldCount);
  }

  get done(): boolean {
    return this.#state === DONE;
  }

  /** Whether a record begins at the next byte, and one has been taken. */
  get isBetween(): boolean {
    return this.#state === NUMBER && this.#field === 0;
  }

  /** As though the array had been read up to where a record begins. */
  protected resume(): void {
    this.#state = NUMBER;
  }

  /** Takes one record; `offset` is where it is. @throws SnapshotSyntaxError */
  protected abstract take(values: Float64Array, offset: number): void;

  /** Called at the closing bracket. @throws SnapshotSyntaxError where the records are not all there */
  protected abstract close(offset: number): void;

  /** Called where a dispensable section ends in a record, or goes on with what is none. */
  protected cutShort(): void {}

  /**
   * Takes whole records in V8's own form, each with the comma after it, and gives the position after the last one taken.
   * The default takes none.
   * @param from where a record begins
   */
  protected pass(_bytes: Uint8Array, from: number, _offset: number): number {
    return from;
  }

  read(bytes: Uint8Array, from: number, offset: number): number {
    let at = from;
    while (at < bytes.length && this.#state !== DONE) {
      if (this.#rest !== null) return this.#pass(this.#rest, bytes, at, offset);
      if (this.#field === 0 && (this.#state === NUMBER || this.#state === FIRST)) {
        const passed = this.pass(bytes, at, offset);
        if (passed > at) this.#state = NUMBER;
        at = passed;
      }
      at = this.#readRecord(bytes, at, offset);
    }
    return at;
  }

  /** Reads on byte by byte to the start of the next record, or as far as the bytes go. */
  #readRecord(bytes: Uint8Array, from: number, offset: number): number {
    let at = from;
    while (at < bytes.length && this.#state !== DONE) {
      const byte = bytes[at]!;
      if (this.#dispensable && !this.#isRecord(byte)) {
        const digits = `${this.#isNegative ? '-' : ''}${this.#value}`;
        this.cutShort();
        this.#rest = SkipReader.inArray(this.section, this.#state === IN_NUMBER ? digits : null);
        return at;
      }
      if (this.#state === IN_NUMBER && isDigit(byte)) {
        this.#takeDigit(byte, offset + at);
      } else {
        if (this.#state === IN_NUMBER) this.#endNumber();
        if (!isWhiteSpace(byte)) this.#takeToken(byte, offset + at);
        else if (this.#state === AFTER_MINUS) this.#fail(byte, offset + at);
      }
      at++;
      if (this.#state === NUMBER && this.#field === 0) break;
    }
    return at;
  }

  /** Whether a byte that begins or continues a value may belong to a record. */
  #isRecord(byte: number): boolean {
    if (isDigit(byte) || isWhiteSpace(byte) || byte === COMMA) return true;
    if (this.#state === IN_NUMBER) return byte !== POINT && byte !== SMALL_E && byte !== LARGE_E;
    return (this.#state !== NUMBER && this.#state !== FIRST) || byte === CLOSE_BRACKET || byte === MINUS;
  }

  #pass(rest: SkipReader, bytes: Uint8Array, from: number, offset: number): number {
    const stop = rest.read(bytes, from, offset);
    if (rest.done) {
      this.#state = DONE;
      this.close(offset + stop - 1);
    }
    return stop;
  }

  #takeToken(byte: number, offset: number): void {
    switch (this.#state) {
      case START:
        if (byte !== OPEN_BRACKET) this.#fail(byte, offset);
        this.#state = FIRST;
        break;
      case FIRST:
        if (byte === CLOSE_BRACKET) this.#end(offset);
        else this.#startNumber(byte, offset);
        break;
      case NUMBER:
      case AFTER_MINUS:
        this.#startNumber(byte, offset);
        break;
      default:
        if (byte === COMMA) this.#state = NUMBER;
        else if (byte === CLOSE_BRACKET) this.#end(offset);
        else this.#fail(byte, offset);
    }
  }

  #startNumber(byte: number, offset: number): void {
    if (this.#field === 0 && this.#state !== AFTER_MINUS) this.#recordOffset = offset;
    if (byte === MINUS && this.#dispensable && this.#state !== AFTER_MINUS) {
      this.#isNegative = true;
      this.#state = AFTER_MINUS;
      return;
    }
    if (!isDigit(byte)) this.#fail(byte, offset);
    this.#value = byte - DIGIT_0;
    this.#state = IN_NUMBER;
    this.#leadingZero = byte === DIGIT_0;
  }

  #takeDigit(byte: number, offset: number): void {
    if (this.#leadingZero) this.#fail(byte, offset);
    // what is larger than can be distinguished is one number, which a reader refuses where it matters
    this.#value = Math.min(this.#value * 10 + (byte - DIGIT_0), TOO_LARGE);
  }

  #endNumber(): void {
    this.#values[this.#field++] = this.#isNegative ? -this.#value : this.#value;
    this.#isNegative = false;
    this.#state = AFTER;
    if (this.#field < this.#fieldCount) return;
    this.#field = 0;
    this.take(this.#values, this.#recordOffset);
    this.count++;
  }

  #end(offset: number): void {
    if (this.#field !== 0 && !this.#dispensable) {
      throw new SnapshotSyntaxError(
        `"${this.section}" ends in a record: ${this.#field} of ${this.#fieldCount} numbers are there`,
        offset,
      );
    }
    if (this.#field !== 0) this.cutShort();
    this.#state = DONE;
    this.close(offset);
  }

  #fail(byte: number, offset: number): never {
    throw new SnapshotSyntaxError(`expected ${EXPECTED[this.#state]} in "${this.section}", got ${shown(byte)}`, offset);
  }
}

/** The number of a record's field if it is below `limit`. @throws SnapshotSyntaxError */
export function numberBelow(limit: number, value: number, section: string, field: string, offset: number): number {
  if (value < limit) return value;
  throw new SnapshotSyntaxError(`expected "${field}" in "${section}" to be at most ${limit - 1}, got ${value}`, offset);
}
