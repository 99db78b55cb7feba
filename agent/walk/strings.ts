/** Texts of V8's strings in an image. */
import type { HeapWords } from './objects.ts';

/** Bits of a string's instance type (src/objects/instance-type.h). */
export const REPRESENTATION = 7;
export const SEQUENTIAL = 0;
const CONS = 1;
const EXTERNAL = 2;
const SLICED = 3;
const THIN = 5;
export const ONE_BYTE = 8;
/** Names are read no longer than a snapshot writes them. */
const LONGEST_NAME = 1024;
const DEEPEST = 64;

export class Strings {
  readonly #heap: HeapWords;
  readonly #firstNonstring: number;
  readonly #oneByte = new TextDecoder('latin1');
  readonly #twoByte = new TextDecoder('utf-16le');

  constructor(heap: HeapWords) {
    this.#heap = heap;
    this.#firstNonstring = heap.layout.constants.get('FirstNonstringType') ?? 128;
  }

  isString(at: number): boolean {
    const map = at < 0 ? -1 : this.#heap.maps.ofObject(at);
    return map >= 0 && this.#heap.maps.type[map] < this.#firstNonstring;
  }

  /** Characters of the string at word `at`. */
  lengthOf(at: number): number {
    return this.#heap.memory.u32[2 * at + 3];
  }

  /** Its first `most` characters, or undefined if no string is there or its characters cannot be read. */
  textOf(at: number, most = LONGEST_NAME): string | undefined {
    return this.slice(at, 0, most);
  }

  /** Characters from `from` on, `count` at most. */
  slice(at: number, from: number, count: number): string | undefined {
    return this.#slice(at, from, count, 0);
  }

  #slice(at: number, from: number, count: number, depth: number): string | undefined {
    if (depth > DEEPEST || !this.isString(at)) return undefined;
    const { maps, memory } = this.#heap;
    const type = maps.type[maps.ofObject(at)];
    const wanted = Math.max(0, Math.min(count, this.lengthOf(at) - from));
    if (wanted === 0) return '';
    const unit = (type & ONE_BYTE) !== 0 ? 1 : 2;
    switch (type & REPRESENTATION) {
      case SEQUENTIAL: {
        const start = 8 * at + 16 + from * unit;
        return this.#decode(memory.u8.subarray(start, start + wanted * unit), unit);
      }
      case CONS: {
        const [first, second] = [memory.target(at + 2), memory.target(at + 3)];
        const before = first < 0 ? 0 : this.lengthOf(first);
        const head = from < before ? this.#slice(first, from, wanted, depth + 1) : '';
        const rest = head === undefined ? 0 : wanted - head.length;
        const tail = rest > 0 ? this.#slice(second, Math.max(0, from - before), rest, depth + 1) : '';
        return head === undefined || tail === undefined ? undefined : head + tail;
      }
      case SLICED:
        return this.#slice(memory.target(at + 2), memory.u32[2 * at + 7] + from, wanted, depth + 1);
      case THIN:
        return this.#slice(memory.target(at + 2), from, wanted, depth + 1);
      case EXTERNAL:
        return this.#external(at, from, wanted, unit);
      default:
        return undefined;
    }
  }

  /** The third word of the object points to V8's resource, the fourth, where there is one, to the characters. */
  #external(at: number, from: number, count: number, unit: number): string | undefined {
    const { maps, memory } = this.#heap;
    if (maps.words[maps.ofObject(at)] < 4) return undefined;
    const address = memory.value(at + 3);
    const bytes = address === 0 ? undefined : memory.image.outside(address + from * unit, count * unit);
    return bytes === undefined ? undefined : this.#decode(bytes, unit);
  }

  #decode(shared: Uint8Array, unit: number): string {
    // a decoder takes no shared memory
    const bytes = Uint8Array.from(shared);
    return (unit === 1 ? this.#oneByte : this.#twoByte).decode(bytes);
  }
}
