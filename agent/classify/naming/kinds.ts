/** The kinds of one classification, each text once, numbered in the order of their first use. */
export class Kinds {
  readonly texts: string[] = [];
  readonly #kindOfText = new Map<string, number>();

  /** The number of the kind that reads `text`. */
  of(text: string): number {
    let kind = this.#kindOfText.get(text);
    if (kind === undefined) {
      kind = this.texts.push(text) - 1;
      this.#kindOfText.set(text, kind);
    }
    return kind;
  }
}
