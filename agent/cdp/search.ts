/** Looks for a text in bytes that come piece by piece. */
export class Search {
  readonly #wanted: Buffer;
  /** The end of what has come, shorter than what is looked for. */
  #rest: Buffer = Buffer.alloc(0);

  /** @param text ASCII */
  constructor(text: string) {
    this.#wanted = Buffer.from(text, 'latin1');
  }

  /** Whether it has come, with these bytes at the latest. */
  foundIn(bytes: Buffer): boolean {
    const overlap = this.#wanted.length - 1;
    const seam = Buffer.concat([this.#rest, bytes.subarray(0, overlap)]);
    if (seam.includes(this.#wanted) || bytes.includes(this.#wanted)) return true;
    this.#rest = Buffer.from(
      bytes.length >= overlap ? bytes.subarray(bytes.length - overlap) : seam.subarray(-overlap),
    );
    return false;
  }
}
