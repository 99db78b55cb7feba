/** Reads some of the section `strings` and passes over the rest. */
import { GrowingBytes } from './growing-bytes.ts';
import { StringReader } from './string-reader.ts';
import { decodedString } from './strings.ts';

const NONE = -1;

export class WantedStringsReader extends StringReader {
  /** The wanted strings, by index. */
  readonly texts = new Map<number, string>();
  readonly #indexes: Uint32Array;
  #next = 0;
  readonly #text = new GrowingBytes(1 << 13);

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
    this.#text.append(bytes, from, to);
  }

  protected override finish(): void {
    this.texts.set(this.count, decodedString(this.#text.view()));
    this.#text.clear();
    this.wanted = this.#indexes[++this.#next] ?? NONE;
  }
}
