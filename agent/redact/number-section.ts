/** A section that may hold numbers in arrays and nothing else, passed over: text in it would leave as it stands. */
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { CLOSE_BRACKET, OPEN_BRACKET, shown } from '../parse/ascii.ts';
import type { SectionReader } from '../parse/section.ts';

const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number('0123456789,-+.eE \t\r\n'.includes(String.fromCharCode(byte))),
);

export class NumberSection implements SectionReader {
  readonly #name: string;
  #depth = 0;
  #done = false;

  constructor(name: string) {
    this.#name = name;
  }

  get done(): boolean {
    return this.#done;
  }

  read(bytes: Uint8Array, from: number, offset: number): number {
    // what another module exports is looked up each time
    const [open, close]: readonly number[] = [OPEN_BRACKET, CLOSE_BRACKET];
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (PLAIN[byte] === 1 && this.#depth > 0) continue;
      if (byte === open) this.#depth++;
      else if (byte === close && this.#depth > 0) this.#depth--;
      else if (PLAIN[byte] !== 1) {
        throw new SnapshotSyntaxError(`expected numbers in "${this.#name}", got ${shown(byte)}`, offset + at);
      }
      if (byte === close && this.#depth === 0) {
        this.#done = true;
        return at + 1;
      }
    }
    return bytes.length;
  }
}
