/** Bytes that are appended to: one buffer that doubles when it is full. */

export class GrowingBytes {
  #buffer: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#buffer = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends `bytes[from]` to `bytes[to - 1]`; made for runs of a few bytes. */
  append(bytes: Uint8Array, from: number, to: number): void {
    let length = this.#length;
    if (length + to - from > this.#buffer.length) this.#widen(length + to - from);
    const buffer = this.#buffer;
    for (let i = from; i < to; i++) buffer[length++] = bytes[i]!;
    this.#length = length;
  }

  /**
   * The buffer, with room for `bytes` more behind what has been appended: for who writes there, and says by `taken` how many.
   * Good until the next change.
   */
  room(bytes: number): Uint8Array {
    if (this.#length + bytes > this.#buffer.length) this.#widen(this.#length + bytes);
    return this.#buffer;
  }

  /** So many bytes have been written behind what was appended. */
  taken(bytes: number): void {
    this.#length += bytes;
  }

  /** What has been appended; a view, good until the next change. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Leaves the first `length` bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  #widen(needed: number): void {
    const wider = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    wider.set(this.view());
    this.#buffer = wider;
  }
}
