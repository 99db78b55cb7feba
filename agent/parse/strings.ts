/**
 * The strings of a snapshot, kept as the bytes they came as until somebody looks at one.
 *
 *     string i stands in block i >> 14; there, as string s = i & 0x3fff, in text[starts[s]] to text[starts[s + 1] - 1]
 *
 * Blocks keep every offset within 32 bits, however long the section is, and are exactly as long as they need to be.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { BACKSLASH, COMMA, LINE_FEED, QUOTE, SPACE } from './ascii.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { escapeLength, StringReader } from './string-reader.ts';

const BLOCK_BITS = 14;
/** Strings in each block but the last, which has those that are left. */
export const BLOCK_STRINGS = 1 << BLOCK_BITS;
/** V8 cuts names at 1,024 units; this leaves 65,536 bytes a string. */
const MAX_BLOCK_BYTES = 2 ** 30;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a StringTable is made of; survives `structuredClone`, and the buffers of its arrays may be transferred. */
export interface StringBlocks {
  readonly count: number;
  readonly text: readonly Uint8Array[];
  readonly starts: readonly Uint32Array[];
}

export class StringTable {
  readonly blocks: StringBlocks;
  /** What `find` has found. */
  readonly #found = new Map<string, number>();

  constructor(blocks: StringBlocks) {
    this.blocks = blocks;
  }

  get count(): number {
    return this.blocks.count;
  }

  /**
   * The string at `index`, unescaped. Half a surrogate pair, which V8 leaves where it cuts a name at 1,024 units, stays
   * as it is; bytes that are no UTF-8 become U+FFFD. @throws RangeError
   */
  get(index: number): string {
    return decodedString(this.bytes(index));
  }

  /** The bytes at `index` as they stand in the file: JSON-escaped, without quotes; a view, not a copy. @throws RangeError */
  bytes(index: number): Uint8Array {
    if (!(index >= 0 && index < this.blocks.count)) {
      throw new RangeError(`Cannot get string ${index}: there are ${this.blocks.count}`);
    }
    const block = index >>> BLOCK_BITS;
    const starts = this.blocks.starts[block]!;
    const string = index & (BLOCK_STRINGS - 1);
    return this.blocks.text[block]!.subarray(starts[string]!, starts[string + 1]!);
  }

  /** Number of the bytes at `index`; of an index that no string has, 0. */
  byteLength(index: number): number {
    const starts = this.blocks.starts[index >>> BLOCK_BITS];
    const string = index & (BLOCK_STRINGS - 1);
    return starts === undefined || string + 1 >= starts.length ? 0 : starts[string + 1]! - starts[string]!;
  }

  /** Whether the string at `index` is `ascii` (plain ASCII without quotes or backslashes). */
  equals(index: number, ascii: string): boolean {
    const bytes = this.bytes(index);
    if (bytes.length !== ascii.length) return bytes.includes(BACKSLASH) && this.get(index) === ascii;
    for (let i = 0; i < ascii.length; i++) {
      if (bytes[i] !== ascii.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Index of the first string that is `ascii`, or -1. Linear the first time, at a byte or two a string. */
  find(ascii: string): number {
    if (!this.#found.has(ascii)) this.seek([ascii]);
    return this.#found.get(ascii)!;
  }

  /** Finds several at once, for `find`: in the time of one. */
  seek(texts: readonly string[]): void {
    const wanted = texts.filter((text) => !this.#found.has(text)).map(wantedOf);
    const byFirstByte = byFirst(wanted);
    for (const [block, starts] of this.blocks.starts.entries()) {
      const text = this.blocks.text[block]!;
      for (let string = 0; string + 1 < starts.length; string++) {
        const start = starts[string]!;
        const candidates = byFirstByte[start === starts[string + 1] ? EMPTY : text[start]!];
        if (candidates === undefined) continue;
        for (const one of candidates) if (one.index < 0) this.#compare(block, string, one);
      }
    }
    for (const { text, index } of wanted) this.#found.set(text, index);
  }

  /** These strings and `texts` after them, from index `first` on; the bytes of these are shared. */
  with(texts: readonly string[]): { table: StringTable; first: number } {
    const { text, starts } = this.blocks;
    const first = starts.length << BLOCK_BITS;
    const added = blocksOf(texts);
    // what lacks in the last block is empty strings
    const whole = starts.map((each) => (each.length > BLOCK_STRINGS ? each : paddedStarts(each)));
    const table = new StringTable({
      count: first + texts.length,
      text: [...text, ...added.text],
      starts: [...whole, ...added.starts],
    });
    return { table, first };
  }

  /** As `equals`, without a view of the bytes. */
  #compare(block: number, string: number, wanted: Wanted): void {
    const { bytes } = wanted;
    const text = this.blocks.text[block]!;
    const starts = this.blocks.starts[block]!;
    const start = starts[string]!;
    let same = 0;
    while (same < bytes.length && text[start + same] === bytes[same]) same++;
    const index = (block << BLOCK_BITS) | string;
    const isIt =
      same === bytes.length
        ? starts[string + 1]! - start === same
        : text[start + same] === BACKSLASH && this.get(index) === wanted.text;
    if (isIt) wanted.index = index;
  }
}

function paddedStarts(starts: Uint32Array): Uint32Array {
  const whole = new Uint32Array(BLOCK_STRINGS + 1).fill(starts.at(-1) ?? 0);
  whole.set(starts);
  return whole;
}

function blocksOf(texts: readonly string[]): Pick<StringBlocks, 'text' | 'starts'> {
  const encoder = new TextEncoder();
  const text: Uint8Array[] = [];
  const starts: Uint32Array[] = [];
  for (let from = 0; from < texts.length; from += BLOCK_STRINGS) {
    const bytes = texts
      .slice(from, from + BLOCK_STRINGS)
      .map((each) => encoder.encode(JSON.stringify(each).slice(1, -1)));
    const ends = new Uint32Array(bytes.length + 1);
    for (const [at, { length }] of bytes.entries()) ends[at + 1] = ends[at]! + length;
    const block = new Uint8Array(ends.at(-1)!);
    for (const [at, each] of bytes.entries()) block.set(each, ends[at]);
    text.push(block);
    starts.push(ends);
  }
  return { text, starts };
}

interface Wanted {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Of the first string that is it; -1 before it is found. */
  index: number;
}

function wantedOf(text: string): Wanted {
  return { text, bytes: Uint8Array.from(text, (character) => character.charCodeAt(0)), index: -1 };
}

/** Beside those of bytes, the place of strings that have none. */
const EMPTY = 256;

/** By the byte that a string in the file begins with; with an escape any of them may begin. */
function byFirst(wanted: readonly Wanted[]): readonly (readonly Wanted[] | undefined)[] {
  const places = new Array<Wanted[] | undefined>(EMPTY + 1).fill(undefined);
  for (const one of wanted) {
    for (const first of [one.bytes[0] ?? EMPTY, BACKSLASH]) places[first] = [...(places[first] ?? []), one];
  }
  return places;
}

/** The string that JSON-escaped bytes stand for; the reader has checked that they are such. */
export function decodedString(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return bytes.includes(BACKSLASH) ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Reads the section `strings` whole. */
export class StringTableReader extends StringReader {
  readonly #text: Uint8Array[] = [];
  readonly #starts: Uint32Array[] = [];
  /** The block that is being filled. */
  readonly #block = new GrowingBytes(1 << 16);
  readonly #blockStarts = new Uint32Array(BLOCK_STRINGS + 1);
  readonly #shortest: number;

  /** @param shortest bytes: of a string that is shorter none is kept */
  constructor(shortest = 0) {
    super();
    this.#shortest = shortest;
  }

  table(): StringTable {
    if ((this.count & (BLOCK_STRINGS - 1)) !== 0) this.#closeBlock(this.count & (BLOCK_STRINGS - 1));
    return new StringTable({ count: this.count, text: this.#text, starts: this.#starts });
  }

  protected override take(bytes: Uint8Array, from: number, to: number): void {
    this.#block.append(bytes, from, to);
  }

  /** The kernel: text and starts are written in one loop, without a call a string. */
  protected override takeWhole(bytes: Uint8Array, from: number, offset: number): number {
    // what another module exports is looked up each time
    const quote: number = QUOTE;
    const backslash: number = BACKSLASH;
    const space: number = SPACE;
    const comma: number = COMMA;
    const lineFeed: number = LINE_FEED;
    const starts = this.#blockStarts;
    const text = this.#block.room(bytes.length - from);
    const begun = this.#block.length;
    const shortest = this.#shortest;
    const first = this.count & (BLOCK_STRINGS - 1);
    const last = bytes.length - 4;
    let inBlock = first;
    let length = begun;
    let taken = from;
    for (let at = from; at < last; ) {
      const byte = bytes[at]!;
      if (byte > quote ? byte !== backslash : byte !== quote && byte >= space) {
        text[length++] = byte;
        at++;
      } else if (byte === quote) {
        let next = at + 1;
        if (bytes[next] !== comma) break;
        if (bytes[++next] === lineFeed) next++;
        if (bytes[next] !== quote) break;
        at = taken = next + 1;
        if (length - starts[inBlock]! < shortest) length = starts[inBlock]!;
        starts[++inBlock] = length;
        if (inBlock === BLOCK_STRINGS) break;
      } else {
        const end = at + (byte === backslash ? escapeLength(bytes, at) : 0);
        if (end === at) break;
        while (at < end) text[length++] = bytes[at++]!;
      }
    }
    if (taken === from) return from;
    this.#block.taken(starts[inBlock]! - begun);
    this.count += inBlock - first;
    this.wanted = this.count;
    this.#checkBlock(offset + taken);
    if (inBlock === BLOCK_STRINGS) this.#closeBlock(BLOCK_STRINGS);
    return taken;
  }

  protected override finish(offset: number): void {
    this.#checkBlock(offset);
    const inBlock = (this.count & (BLOCK_STRINGS - 1)) + 1;
    const start = this.#blockStarts[inBlock - 1]!;
    if (this.#block.length - start < this.#shortest) this.#block.cut(start);
    this.#blockStarts[inBlock] = this.#block.length;
    if (inBlock === BLOCK_STRINGS) this.#closeBlock(BLOCK_STRINGS);
    this.wanted++;
  }

  #checkBlock(offset: number): void {
    if (this.#block.length <= MAX_BLOCK_BYTES) return;
    throw new SnapshotSyntaxError(`${BLOCK_STRINGS} strings are longer than ${MAX_BLOCK_BYTES} bytes`, offset);
  }

  #closeBlock(strings: number): void {
    this.#text.push(this.#block.view().slice());
    this.#starts.push(this.#blockStarts.slice(0, strings + 1));
    this.#block.clear();
  }
}
