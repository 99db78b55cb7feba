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
 */
import { CLOSE_BRACKET, COMMA, DIGIT_0, isDigit, isWhiteSpace, OPEN_BRACKET, shown } from './ascii.ts';
import type { SectionReader } from './section.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';

const START = 0;
const FIRST = 1;
const NUMBER = 2;
const IN_NUMBER = 3;
const AFTER = 4;
const DONE = 5;

const EXPECTED: readonly string[] = ['"["', 'a number or "]"', 'a number', 'a number', '"," or "]"'];

/** Bytes of one number at most that a kernel takes (that of nodes and edges less); longer ones are the machine's. */
export const KERNEL_DIGITS = 9;

export abstract class RecordReader implements SectionReader {
  protected readonly section: string;
  /** Records taken. */
  protected count = 0;
  readonly #fieldCount: number;
  readonly #values: Float64Array;
  #field = 0;
  #value = 0;
  #leadingZero = false;
  #state = START;
  #recordOffset = 0;

  constructor(section: string, fieldCount: number) {
    this.section = section;
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

  /** Takes one record; `offset` is where it stands. @throws SnapshotSyntaxError */
  protected abstract take(values: Float64Array, offset: number): void;

  /** Called at the closing bracket. @throws SnapshotSyntaxError where the records are not all there */
  protected abstract close(offset: number): void;

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
      if (this.#state === IN_NUMBER && isDigit(byte)) {
        this.#takeDigit(byte, offset + at);
      } else {
        if (this.#state === IN_NUMBER) this.#endNumber();
        if (!isWhiteSpace(byte)) this.#takeToken(byte, offset + at);
      }
      at++;
      if (this.#state === NUMBER && this.#field === 0) break;
    }
    return at;
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
        this.#startNumber(byte, offset);
        break;
      default:
        if (byte === COMMA) this.#state = NUMBER;
        else if (byte === CLOSE_BRACKET) this.#end(offset);
        else this.#fail(byte, offset);
    }
  }

  #startNumber(byte: number, offset: number): void {
    if (!isDigit(byte)) this.#fail(byte, offset);
    if (this.#field === 0) this.#recordOffset = offset;
    this.#value = byte - DIGIT_0;
    this.#state = IN_NUMBER;
    this.#leadingZero = byte === DIGIT_0;
  }

  #takeDigit(byte: number, offset: number): void {
    if (this.#leadingZero) this.#fail(byte, offset);
    this.#value = this.#value * 10 + (byte - DIGIT_0);
    if (this.#value > Number.MAX_SAFE_INTEGER) {
      throw new SnapshotSyntaxError(`a number in "${this.section}" is larger than ${Number.MAX_SAFE_INTEGER}`, offset);
    }
  }

  #endNumber(): void {
    this.#values[this.#field++] = this.#value;
    this.#state = AFTER;
    if (this.#field < this.#fieldCount) return;
    this.#field = 0;
    this.take(this.#values, this.#recordOffset);
    this.count++;
  }

  #end(offset: number): void {
    if (this.#field !== 0) {
      throw new SnapshotSyntaxError(
        `"${this.section}" ends in a record: ${this.#field} of ${this.#fieldCount} numbers are there`,
        offset,
      );
    }
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
