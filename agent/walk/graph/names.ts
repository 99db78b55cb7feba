/** Names of classes, functions, properties and edges of a walked graph: each is there once. */

export class Names {
  readonly #texts: string[] = [];
  readonly #indexOf = new Map<string, number>();

  /** Index of a name. */
  of(text: string): number {
    let index = this.#indexOf.get(text);
    if (index === undefined) {
      index = this.#texts.push(text) - 1;
      this.#indexOf.set(text, index);
    }
    return index;
  }

  text(index: number): string {
    return this.#texts[index];
  }

  get count(): number {
    return this.#texts.length;
  }

  /** In the order of their indexes. */
  get texts(): readonly string[] {
    return this.#texts;
  }
}
