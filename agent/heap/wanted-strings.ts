/** Reads some of the section `strings` and passes over the rest. */
import { StringReader } from './string-reader.ts';
import { decodedString } from './strings.ts';

const NONE = -1;

export class WantedStringsReader extends StringReader {
  /** The wanted strings, by index. */
  readonly texts = new Map<number, string>();
  readonly #indexes: Uint32Array;
  #next = 0;
  #text = new Uint8Array(1 << 13);
  #length = 0;

  /** @param indexes of the strings wanted, ascending */
  constructor(indexes: Uint32Array) {
    super();
    this.#indexes = indexes;
    this.wanted = indexes[0] ?? NONE;
  }

  /** Strings in the section; known when `done`. */
  get total(): number {
    return this.count;
  }

  protected override take(bytes: Uint8Array, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#text.length) {
      const wider = new Uint8Array(Math.max(length, this.#text.length * 2));
      wider.set(this.#text.subarray(0, this.#length));
      this.#text = wider;
    }
    this.#text.set(bytes.subarray(from, to), this.#length);
    this.#length = length;
  }

  protected override finish(): void {
    this.texts.set(this.count, decodedString(this.#text.subarray(0, this.#length)));
    this.#length = 0;
    this.wanted = this.#indexes[++this.#next] ?? NONE;
  }
}
