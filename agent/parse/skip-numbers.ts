/** Passes over an array of numbers at the speed of memchr: its first closing bracket is its end. Nothing in it is checked. */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { CLOSE_BRACKET, OPEN_BRACKET, shown } from './ascii.ts';
import type { SectionReader } from './section.ts';

export class NumbersSkipReader implements SectionReader {
  readonly #section: string;
  #begun = false;
  #done = false;

  constructor(section: string) {
    this.#section = section;
  }

  get done(): boolean {
    return this.#done;
  }

  read(bytes: Uint8Array, from: number, offset: number): number {
    if (!this.#begun && bytes[from] !== OPEN_BRACKET) {
      throw new SnapshotSyntaxError(`expected "[" in "${this.#section}", got ${shown(bytes[from]!)}`, offset + from);
    }
    this.#begun = true;
    const end = bytes.indexOf(CLOSE_BRACKET, from);
    this.#done = end >= 0;
    return this.#done ? end + 1 : bytes.length;
  }
}
