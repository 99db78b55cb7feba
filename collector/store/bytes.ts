/**
 * Numbers and texts packed into bytes.
 *
 *     uint     7 bits a byte, lowest first, the top bit says that more follow
 *     double   8 bytes, little-endian
 *     text     a uint, the length in bytes, and so many of UTF-8
 */

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  /** @param room bytes to begin with; more are made when they are needed. */
  constructor(room = 1024) {
    this.#bytes = new Uint8Array(room);
  }

  /** @param value a whole number from 0 to 2^53 - 1. */
  uint(value: number): void {
    this.#makeRoom(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  double(value: number): void {
    this.#makeRoom(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  text(value: string): void {
    const bytes = utf8.encode(value);
    this.uint(bytes.length);
    this.bytes(bytes);
  }

  bytes(value: Uint8Array): void {
    this.#makeRoom(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** The bytes written since the last `take`, a copy. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #makeRoom(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what a ByteWriter wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes were read. */
  get position(): number {
    return this.#at;
  }

  uint(): number {
    let byte = this.#bytes[this.#at++]!;
    if (byte < 128) return byte;
    let value = byte - 128;
    for (let factor = 128; byte >= 128; factor *= 128) {
      byte = this.#bytes[this.#at++]!;
      value += (byte % 128) * factor;
    }
    return value;
  }

  skipUints(count: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let left = count; left > 0; ) if (bytes[at++]! < 128) left--;
    this.#at = at;
  }

  skipText(): void {
    const length = this.uint();
    this.#at += length;
  }

  double(): number {
    const { buffer, byteOffset } = this.#bytes;
    const value = new DataView(buffer, byteOffset).getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  text(): string {
    const length = this.uint();
    const value = fromUtf8.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return value;
  }
}
