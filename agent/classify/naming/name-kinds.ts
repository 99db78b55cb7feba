import type { StringTable } from '../../parse/strings.ts';
import type { Kinds } from './kinds.ts';

/** Kinds that follow from a node's name alone: each name is looked at once, however many nodes bear it. */
export class NameKinds {
  readonly #strings: StringTable;
  readonly #kinds: Kinds;
  readonly #text: (name: string) => string;
  readonly #kindOfName = new Map<number, number>();
  #lastName = -1;
  #lastKind = -1;

  /** `text` gives the kind's text for a name. */
  constructor(strings: StringTable, kinds: Kinds, text: (name: string) => string) {
    this.#strings = strings;
    this.#kinds = kinds;
    this.#text = text;
  }

  /** The kind of a node whose name is the string at index `name`. */
  of(name: number): number {
    if (name === this.#lastName) return this.#lastKind;
    let kind = this.#kindOfName.get(name);
    if (kind === undefined) {
      kind = this.#kinds.of(this.#text(this.#strings.get(name)));
      this.#kindOfName.set(name, kind);
    }
    this.#lastName = name;
    this.#lastKind = kind;
    return kind;
  }
}
