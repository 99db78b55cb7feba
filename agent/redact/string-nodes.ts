/**
 * Which nodes are strings, and of what index: pairs that rise by node, each as what it differs by from the one before, in seven
 * bits a byte. Some three bytes a pair, and never moved: blocks are added.
 *
 *     node 4, string 7    node 5, string 8    node 9, string 3
 *     4       14          1       2           4       9          (twice the difference, odd where it is negative)
 */
const BLOCK_BYTES = 2 ** 16;
/** Bytes of a pair at most: two numbers of up to 33 bits. */
const PAIR_BYTES = 10;
const MORE = 0x80;

export class StringNodes {
  readonly #blocks: { readonly bytes: Uint8Array; length: number }[] = [];
  #bytes = new Uint8Array(0);
  #at = 0;
  #node = 0;
  #name = 0;

  push(node: number, name: number): void {
    if (this.#at + PAIR_BYTES > this.#bytes.length) this.#begin();
    const difference = name - this.#name;
    this.#put(node - this.#node);
    this.#put(difference < 0 ? -2 * difference - 1 : 2 * difference);
    this.#node = node;
    this.#name = name;
    this.#blocks.at(-1)!.length = this.#at;
  }

  /** In the order in which they were pushed. */
  each(take: (node: number, name: number) => void): void {
    let [node, name] = [0, 0];
    for (const { bytes, length } of this.#blocks) {
      let at = 0;
      const number = (): number => {
        let value = 0;
        for (let unit = 1; ; unit *= MORE) {
          const byte = bytes[at++]!;
          value += (byte & (MORE - 1)) * unit;
          if (byte < MORE) return value;
        }
      };
      while (at < length) {
        node += number();
        const twice = number();
        name += twice % 2 === 1 ? -(twice + 1) / 2 : twice / 2;
        take(node, name);
      }
    }
  }

  #begin(): void {
    this.#bytes = new Uint8Array(BLOCK_BYTES);
    this.#blocks.push({ bytes: this.#bytes, length: 0 });
    this.#at = 0;
  }

  #put(number: number): void {
    let rest = number;
    for (; rest >= MORE; rest = Math.floor(rest / MORE)) this.#bytes[this.#at++] = (rest % MORE) + MORE;
    this.#bytes[this.#at++] = rest;
  }
}
