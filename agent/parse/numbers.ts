/** A list of 32-bit numbers that grows: 4 bytes an entry where an array of numbers takes 8 or more. */
export class Numbers {
  #entries: Uint32Array = new Uint32Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#entries[index]!;
  }

  /** Adds to the entry at `index`. */
  add(index: number, amount: number): void {
    this.#entries[index]! += amount;
  }

  push(entry: number): void {
    if (this.#length === this.#entries.length) {
      const larger = new Uint32Array(2 * this.#length);
      larger.set(this.#entries);
      this.#entries = larger;
    }
    this.#entries[this.#length++] = entry;
  }

  /** The entries, without the room to grow; a copy. */
  toArray(): Uint32Array {
    return this.#entries.slice(0, this.#length);
  }
}
