/** Values that come by themselves, for a reader that takes them one by one: a bounded queue between the two. */

export interface Source {
  pause(): void;
  resume(): void;
}

export class Inbox<T> {
  readonly #source: Source;
  readonly #bound: number;
  readonly #values: T[] = [];
  #wake: (() => void) | null = null;
  #end: Error | null = null;

  /** Pauses `source` while `bound` values wait. */
  constructor(source: Source, bound: number) {
    this.#source = source;
    this.#bound = bound;
  }

  put(value: T): void {
    this.#values.push(value);
    if (this.#values.length === this.#bound) this.#source.pause();
    this.#wake?.();
  }

  /** No more comes; what is here already can still be taken. */
  end(reason: Error): void {
    this.#end ??= reason;
    this.#wake?.();
  }

  /** All that waits now. */
  drain(): T[] {
    const values = this.#values.splice(0);
    if (values.length >= this.#bound) this.#source.resume();
    return values;
  }

  /** The next value, for one reader at a time. @throws the reason given to `end`, once everything is taken */
  async take(): Promise<T> {
    while (this.#values.length === 0) {
      if (this.#end !== null) throw this.#end;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
    const value = this.#values.shift() as T;
    if (this.#values.length === this.#bound - 1) this.#source.resume();
    return value;
  }
}
