/** Names that are put beside the strings of a snapshot: each that is there already keeps its index. */
import type { StringTable } from '../parse/strings.ts';

export class NewStrings {
  readonly #strings: StringTable;
  readonly #wanted = new Set<string>();
  #indexes: ReadonlyMap<string, number> | undefined;
  #table: StringTable | undefined;

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  /** Before `settle`: notes the text, and the index means nothing. */
  of(text: string): number {
    if (this.#indexes) return this.#indexes.get(text)!;
    this.#wanted.add(text);
    return 0;
  }

  /** Looks for all at once, which takes as long as looking for one. */
  settle(): void {
    const texts = [...this.#wanted];
    this.#strings.seek(texts);
    const isNew = (text: string): boolean => this.#strings.find(text) < 0;
    const { table, first } = this.#strings.with(texts.filter(isNew));
    let next = first;
    this.#indexes = new Map(texts.map((text) => [text, isNew(text) ? next++ : this.#strings.find(text)]));
    this.#table = table;
  }

  /** All strings, those from before under their indexes. */
  table(): StringTable {
    return this.#table ?? this.#strings;
  }
}
