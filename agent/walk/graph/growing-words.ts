/** Numbers below 2^32 that are appended to: one buffer that grows by a half when it is full. */
export class GrowingWords {
  #buffer: Uint32Array;
  #length = 0;

  constructor(capacity = 1 << 16) {
    this.#buffer = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#buffer.length) {
      const wider = new Uint32Array(Math.ceil(this.#buffer.length * 1.5));
      wider.set(this.#buffer);
      this.#buffer = wider;
    }
    this.#buffer[this.#length++] = value;
  }

  at(i: number): number {
    return this.#buffer[i];
  }

  /** What was appended; nothing may be appended any more. */
  taken(): Uint32Array {
    return this.#buffer.subarray(0, this.#length);
  }
}
