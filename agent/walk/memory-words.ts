/**
 * An image as words, and from an address to its word.
 *
 * A word's index (`at`) is what names an object here: its first word in the image's buffer. Its two halves are
 * `u32[2 * at]` (lower) and `u32[2 * at + 1]`. V8's pointers to objects are tagged: address + 1, or + 3 if weak.
 *
 *     address   |........ chunk (bits 18 to 47) ........|...... in chunk (18 bits) ......|
 *                 hashed to the word of its first byte      / 8
 */
import type { MemoryImage } from '../memory/image.ts';

/** V8's pages begin at multiples of this. */
export const CHUNK_BYTES = 1 << 18;
const CHUNK_WORDS = CHUNK_BYTES / 8;
const NONE = -1;
/** Numbers of a slot. */
const SLOT = 4;

export class MemoryWords {
  readonly image: MemoryImage;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f64: Float64Array;
  // an open hash of chunks, SLOT numbers a slot: chunk, word of its first byte, words of it that the image has (from, to: 0 if the
  // slot is free); a chunk that several regions share has several slots
  readonly #mask: number;
  readonly #slots: Int32Array;

  constructor(image: MemoryImage) {
    this.image = image;
    this.u8 = new Uint8Array(image.buffer);
    this.u16 = new Uint16Array(image.buffer, 0, image.buffer.byteLength >>> 1);
    this.u32 = new Uint32Array(image.buffer, 0, Math.floor(image.buffer.byteLength / 4));
    this.f64 = new Float64Array(image.buffer, 0, Math.floor(image.buffer.byteLength / 8));
    let count = 0;
    for (const { startAddress, byteLength } of image.regions) {
      count += chunkOf(startAddress + byteLength - 1) - chunkOf(startAddress) + 1;
    }
    let slots = 16;
    while (slots < count * 4) slots *= 2;
    this.#mask = slots - 1;
    this.#slots = new Int32Array(SLOT * slots);
    for (const { startAddress, byteLength, byteOffset } of image.regions) {
      const end = startAddress + byteLength;
      for (let chunk = chunkOf(startAddress); chunk <= chunkOf(end - 1); chunk++) {
        const start = chunk * CHUNK_BYTES;
        this.#add(
          chunk,
          (byteOffset - (startAddress - start)) / 8,
          Math.max(0, Math.ceil((startAddress - start) / 8)),
          Math.min(CHUNK_WORDS, Math.floor((end - start) / 8)),
        );
      }
    }
  }

  /** The word at an address given by its halves, tag and all; -1 where the image has no bytes. */
  wordOf(lower: number, upper: number): number {
    const chunk = (upper << 14) | (lower >>> 18);
    const within = (lower & (CHUNK_BYTES - 1)) >>> 3;
    const mask = this.#mask;
    const slots = this.#slots;
    for (let slot = slotOf(chunk, mask); ; slot = (slot + 1) & mask) {
      const i = SLOT * slot;
      const to = slots[i + 3];
      if (to === 0) return NONE;
      if (slots[i] === chunk && within < to && within >= slots[i + 2]) return slots[i + 1] + within;
    }
  }

  /** The word at an address, tag and all. */
  wordAt(address: number): number {
    return this.wordOf(address >>> 0, Math.floor(address / 2 ** 32));
  }

  /** The word that the tagged pointer in word `at` points to; -1 for a Smi, and where the image has no bytes. */
  target(at: number): number {
    const lower = this.u32[2 * at];
    return (lower & 1) === 0 ? NONE : this.wordOf(lower, this.u32[2 * at + 1]);
  }

  /** What a word holds, as a number: an address, exact below 2^53. */
  value(at: number): number {
    return this.u32[2 * at] + this.u32[2 * at + 1] * 2 ** 32;
  }

  /** How many words of the image lie in one row from the word at `address` on; 0 where it has no bytes. */
  run(address: number): number {
    const { regions } = this.image;
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { startAddress, byteLength } = regions[middle];
      if (startAddress + byteLength <= address) low = middle + 1;
      else high = middle;
    }
    const region = regions[low];
    return region === undefined || region.startAddress > address
      ? 0
      : Math.floor((region.startAddress + region.byteLength - address) / 8);
  }

  #add(chunk: number, base: number, from: number, to: number): void {
    if (to <= from) return;
    const slots = this.#slots;
    let slot = slotOf(chunk | 0, this.#mask);
    while (slots[SLOT * slot + 3] !== 0) slot = (slot + 1) & this.#mask;
    slots.set([chunk | 0, base, from, to], SLOT * slot);
  }
}

function chunkOf(address: number): number {
  return Math.floor(address / CHUNK_BYTES);
}

function slotOf(chunk: number, mask: number): number {
  return (Math.imul(chunk, 0x9e3779b1) >>> 7) & mask;
}
