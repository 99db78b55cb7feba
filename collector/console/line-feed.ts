/** A script on standard input, given to a prompt one line at a time: the next when the one before has been worked off. */
import { createInterface } from 'node:readline';
import { PassThrough, type Readable } from 'node:stream';

export class LineFeed {
  /** What the prompt reads. */
  readonly input = new PassThrough();
  readonly #lines: AsyncIterator<string>;

  constructor(script: Readable) {
    this.#lines = createInterface({ input: script })[Symbol.asyncIterator]();
  }

  /** Hands out the next line, or the end. */
  async next(): Promise<void> {
    const { done, value } = await this.#lines.next();
    if (done) this.input.end();
    else this.input.write(`${value}\n`);
  }
}
