/**
 * What each string of a snapshot is used for, by its index: one byte a string.
 *
 *     bits 4 to 7        bit 2          bit 1       bit 0
 *     properties of      a number's     in code     names a class, a function, a script, a variable, or a thing of V8's
 *     that name, to 15   value
 */
import { SnapshotSyntaxError } from '../base/syntax-error.ts';

const NAME = 1;
const IN_CODE = 2;
const NUMBER = 4;
const PROPERTY = 16;
const MAX_PROPERTIES = 15;

/** Strings that there may be beyond one for each byte read so far: a record that names one has several bytes. */
const SPARE = 2 ** 20;

export class NameUses {
  #flags = new Uint8Array(2 ** 16);

  /** @param room bytes of the snapshot read so far: no honest index is larger @throws SnapshotSyntaxError */
  markName(index: number, room: number): void {
    this.#reach(index, room);
    this.#flags[index]! |= NAME;
  }

  /** It is the text of a number. */
  markNumber(index: number, room: number): void {
    this.#reach(index, room);
    this.#flags[index]! |= NUMBER;
  }

  /** One more object has a property of that name. */
  markProperty(index: number, room: number): void {
    this.#reach(index, room);
    if (this.#flags[index]! >> 4 < MAX_PROPERTIES) this.#flags[index]! += PROPERTY;
  }

  /** The string is referred to from code: its text is part of the source. */
  markInCode(index: number): void {
    if (index < this.#flags.length) this.#flags[index]! |= IN_CODE;
  }

  /** It is nobody's name and no number: nothing can keep it, whatever its text, but a glob. */
  isText(index: number): boolean {
    return ((this.#flags[index] ?? 0) & ~IN_CODE) === 0;
  }

  isName(index: number): boolean {
    return this.#has(index, NAME);
  }

  isNumber(index: number): boolean {
    return this.#has(index, NUMBER);
  }

  isInCode(index: number): boolean {
    return this.#has(index, IN_CODE);
  }

  /** How many objects have a property of that name, at most 15. */
  properties(index: number): number {
    return (this.#flags[index] ?? 0) >> 4;
  }

  #has(index: number, flag: number): boolean {
    return ((this.#flags[index] ?? 0) & flag) !== 0;
  }

  #reach(index: number, room: number): void {
    if (index < this.#flags.length) return;
    if (index > room + SPARE)
      throw new SnapshotSyntaxError(`a record names string ${index}, which no snapshot has so early,`, room);
    const wider = new Uint8Array(Math.max(2 * this.#flags.length, index + 1));
    wider.set(this.#flags);
    this.#flags = wider;
  }
}
