/** The last so many of something, as a signal. */
import { type ReadonlySignal, signal } from '@preact/signals-core';

export class Bounded<T> {
  readonly #max: number;
  #items: T[] = [];
  readonly #version = signal(0);

  constructor(max: number) {
    this.#max = max;
  }

  /** Oldest first. The array is the same until the next push: read it at once, and `version` to notice the next. */
  get items(): readonly T[] {
    void this.#version.value;
    return this.#items;
  }

  /** Rises with each push. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  push(item: T): void {
    this.#items.push(item);
    // half at a time: a shift of each item would move thousands
    if (this.#items.length > 2 * this.#max) this.#items = this.#items.slice(-this.#max);
    this.#version.value++;
  }
}
