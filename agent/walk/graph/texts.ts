/** The texts of a walked graph as a snapshot's strings: names first, then the beginning of each string of the heap. */
import { BACKSLASH, QUOTE, SPACE } from '../../parse/ascii.ts';
import { StringTable } from '../../parse/strings.ts';
import type { HeapWords } from '../objects.ts';
import { ONE_BYTE, REPRESENTATION, SEQUENTIAL, type Strings } from '../strings.ts';

/** Contents are for people who look at a path: this much of them. */
export const LONGEST_CONTENT = 128;

const BLOCK_STRINGS = 1 << 14;
/** Of UTF-8, for a unit of UTF-16. */
const MOST_BYTES = 3;
const BEYOND_ASCII = 0x80;
const encoder = new TextEncoder();

/** @param contents words of strings */
export function textsOf(
  heap: HeapWords,
  strings: Strings,
  names: readonly string[],
  contents: Iterable<number>,
): StringTable {
  const blocks = new TextBlocks();
  for (const name of names) blocks.add(name);
  const { u8, u32 } = heap.memory;
  for (const at of contents) {
    const type = heap.maps.type[heap.maps.ofObject(at)];
    const isPlain = (type & REPRESENTATION) === SEQUENTIAL && (type & ONE_BYTE) !== 0;
    const length = Math.min(u32[2 * at + 3], LONGEST_CONTENT);
    if (isPlain && blocks.addAscii(u8, 8 * at + 16, length)) continue;
    blocks.add(strings.textOf(at, LONGEST_CONTENT) ?? '');
  }
  return blocks.table();
}

/** Strings, appended: JSON-escaped, in blocks as StringTable has them. */
class TextBlocks {
  readonly #text: Uint8Array[] = [];
  readonly #starts: Uint32Array[] = [];
  #count = 0;
  #block = new Uint8Array(1 << 16);
  #length = 0;
  readonly #blockStarts = new Uint32Array(BLOCK_STRINGS + 1);
  #inBlock = 0;

  add(text: string): void {
    const escaped = JSON.stringify(text).slice(1, -1);
    this.#room(MOST_BYTES * escaped.length);
    this.#close(encoder.encodeInto(escaped, this.#block.subarray(this.#length)).written);
  }

  /** Bytes that are the same in JSON; false, and nothing is added, if they are not. */
  addAscii(bytes: Uint8Array, from: number, length: number): boolean {
    this.#room(length);
    const block = this.#block;
    const to = this.#length;
    for (let i = 0; i < length; i++) {
      const byte = bytes[from + i];
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH || byte >= BEYOND_ASCII) return false;
      block[to + i] = byte;
    }
    this.#close(length);
    return true;
  }

  table(): StringTable {
    if (this.#inBlock > 0) this.#closeBlock();
    return new StringTable({ count: this.#count, text: this.#text, starts: this.#starts });
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#block.length) return;
    const wider = new Uint8Array(2 * (this.#length + bytes));
    wider.set(this.#block.subarray(0, this.#length));
    this.#block = wider;
  }

  #close(bytes: number): void {
    this.#length += bytes;
    this.#blockStarts[++this.#inBlock] = this.#length;
    this.#count++;
    if (this.#inBlock === BLOCK_STRINGS) this.#closeBlock();
  }

  #closeBlock(): void {
    this.#text.push(this.#block.slice(0, this.#length));
    this.#starts.push(this.#blockStarts.slice(0, this.#inBlock + 1));
    [this.#length, this.#inBlock] = [0, 0];
  }
}
