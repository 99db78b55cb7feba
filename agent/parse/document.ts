/**
 * The outermost object of a snapshot: finds its sections and hands each one's bytes to its reader.
 *
 *             {             "            "          :                     reader done
 *     START ----> FIRST_KEY ---> KEY -------> COLON ---> VALUE ---> IN_SECTION ---> NEXT
 *                   | }           ^  "                                            , |  | }
 *                   |             +------------------ ANOTHER_KEY <-----------------+  |
 *                   +------------------------------------------------------------------+--> END
 *
 * White space may stand between any two of them, and is all that may follow the end; a byte order mark may come first.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { BACKSLASH, CLOSE_BRACE, COLON, COMMA, isWhiteSpace, OPEN_BRACE, QUOTE, shown } from './ascii.ts';
import type { SectionReader } from './section.ts';

const START = 0;
const FIRST_KEY = 1;
const ANOTHER_KEY = 2;
const KEY = 3;
const COLON_AFTER_KEY = 4;
const VALUE = 5;
const IN_SECTION = 6;
const NEXT = 7;
const END = 8;

/** The byte order mark of UTF-8, which some programs put before what they save. */
const MARK = [0xef, 0xbb, 0xbf];

const EXPECTED: readonly string[] = [
  'an object',
  'the name of a section or "}"',
  'the name of a section',
  'the name of a section',
  '":"',
  'a value',
  'a value',
  '"," or "}"',
  'nothing more',
];

/** Longest name of a section, as it is in the file. */
const MAX_KEY_BYTES = 1024;

/** Gives the reader of the section `name`, whose value begins at `offset`. @throws SnapshotSyntaxError */
export type OpenSection = (name: string, offset: number) => SectionReader;

export class SnapshotDocument {
  readonly #open: OpenSection;
  readonly #seen = new Set<string>();
  #state = START;
  #reader: SectionReader | null = null;
  #section = '';
  #key = '';
  #keyOffset = 0;
  #escaped = false;
  /** Bytes taken so far: where the next `write` begins. */
  #offset = 0;

  constructor(open: OpenSection) {
    this.#open = open;
  }

  get offset(): number {
    return this.#offset;
  }

  write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      at = this.#reader === null ? this.#step(bytes[at]!, at) : this.#readSection(this.#reader, bytes, at);
    }
    this.#offset += bytes.length;
  }

  /** Leaves the section that is being read, and goes on at `offset`, where the comma before another one is. */
  jump(offset: number): void {
    this.#reader = null;
    this.#state = NEXT;
    this.#offset = offset;
  }

  /** Begins at `offset`, within the section `name`, whose reader goes on there; `before` are the sections before it. */
  resume(name: string, reader: SectionReader, offset: number, before: readonly string[]): void {
    for (const section of [...before, name]) this.#seen.add(section);
    this.#section = name;
    this.#reader = reader;
    this.#state = IN_SECTION;
    this.#offset = offset;
  }

  /** The sections that have been opened, in their order. */
  get sections(): readonly string[] {
    return [...this.#seen];
  }

  /** @throws SnapshotSyntaxError where the object is not whole, or lacks one of the `required` sections */
  end(required: readonly string[]): void {
    if (this.#state !== END) {
      const where = this.#reader === null ? `where ${EXPECTED[this.#state]} should be` : `in "${this.#section}"`;
      throw new SnapshotSyntaxError(`it ends ${where}`, this.#offset);
    }
    for (const section of required) {
      if (!this.#seen.has(section)) throw new SnapshotSyntaxError(`it has no "${section}"; it ends`, this.#offset);
    }
  }

  #readSection(reader: SectionReader, bytes: Uint8Array, at: number): number {
    const stop = reader.read(bytes, at, this.#offset);
    if (reader.done) {
      this.#reader = null;
      this.#state = NEXT;
    }
    return stop;
  }

  /** Takes one byte outside of sections; gives the position of the next to take. */
  #step(byte: number, at: number): number {
    if (this.#state === START && byte === MARK[this.#offset + at]) return at + 1;
    if (this.#state === KEY) {
      this.#takeKeyByte(byte);
      return at + 1;
    }
    if (isWhiteSpace(byte)) return at + 1;
    switch (this.#state) {
      case START:
        return this.#expect(byte, at, OPEN_BRACE, FIRST_KEY);
      case FIRST_KEY:
        if (byte === CLOSE_BRACE) return this.#expect(byte, at, CLOSE_BRACE, END);
        return this.#openKey(byte, at);
      case ANOTHER_KEY:
        return this.#openKey(byte, at);
      case COLON_AFTER_KEY:
        return this.#expect(byte, at, COLON, VALUE);
      case VALUE:
        return this.#openSection(at);
      case NEXT:
        if (byte === CLOSE_BRACE) return this.#expect(byte, at, CLOSE_BRACE, END);
        return this.#expect(byte, at, COMMA, ANOTHER_KEY);
      default:
        return this.#fail(byte, at);
    }
  }

  #expect(byte: number, at: number, expected: number, next: number): number {
    if (byte !== expected) this.#fail(byte, at);
    this.#state = next;
    return at + 1;
  }

  #openKey(byte: number, at: number): number {
    this.#key = '';
    this.#keyOffset = this.#offset + at;
    return this.#expect(byte, at, QUOTE, KEY);
  }

  #takeKeyByte(byte: number): void {
    if (byte === QUOTE && !this.#escaped) {
      this.#key = this.#unescapedKey();
      this.#state = COLON_AFTER_KEY;
      return;
    }
    this.#escaped = byte === BACKSLASH && !this.#escaped;
    this.#key += String.fromCharCode(byte);
    if (this.#key.length > MAX_KEY_BYTES) {
      throw new SnapshotSyntaxError(`the name of a section is longer than ${MAX_KEY_BYTES} bytes`, this.#keyOffset);
    }
  }

  #unescapedKey(): string {
    try {
      return JSON.parse(`"${this.#key}"`) as string;
    } catch (error) {
      throw new SnapshotSyntaxError(`the name of a section is no string (${String(error)})`, this.#keyOffset);
    }
  }

  #openSection(at: number): number {
    const name = this.#key;
    if (this.#seen.has(name)) throw new SnapshotSyntaxError(`"${name}" appears twice, again`, this.#keyOffset);
    this.#seen.add(name);
    this.#section = name;
    this.#reader = this.#open(name, this.#offset + at);
    this.#state = IN_SECTION;
    return at;
  }

  #fail(byte: number, at: number): never {
    throw new SnapshotSyntaxError(`expected ${EXPECTED[this.#state]}, got ${shown(byte)}`, this.#offset + at);
  }
}
