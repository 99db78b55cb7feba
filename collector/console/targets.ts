/** The sessions of a console, heapy's connections: each with a number, one of them the current. */

import type { Hpy } from '../../agent/heapy/hpy.ts';
import { maxOf } from '../../protocol/extremes.ts';
import { oneLine } from '../../protocol/printable.ts';

export class Targets implements AsyncDisposable {
  /** Told of each that goes while the console lives. */
  onGone: (hpy: Hpy, reason: Error) => void = () => {};
  readonly #all: Hpy[] = [];
  readonly #gone = new Set<Hpy>();
  #current = 0;
  #isClosing = false;

  add(hpy: Hpy): void {
    this.#all.push(hpy);
    void hpy.ended.then((reason) => {
      this.#gone.add(hpy);
      if (!this.#isClosing) this.onGone(hpy, reason);
    });
  }

  get current(): Hpy {
    return this.#all[this.#current] as Hpy;
  }

  /** @param number as `lc` lists it. @throws RangeError */
  use(number: unknown): void {
    const hpy = typeof number === 'number' ? this.#all[number - 1] : undefined;
    if (hpy === undefined) {
      const count = this.#all.length;
      const there = count === 1 ? 'is only 1' : `are 1 to ${count}`;
      throw new RangeError(`Cannot use target ${String(number) || '(none)'}: there ${there}, see .targets`);
    }
    this.#current = this.#all.indexOf(hpy);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  /** heapy's `lc`: a line for each, a star before the current one. */
  toString(): string {
    const rows = this.#all.map((hpy, index) => {
      const mark = index === this.#current ? '*' : ' ';
      const state = this.#gone.has(hpy) ? ' (gone)' : '';
      return [
        `${mark}${String(index + 1).padStart(2)}`,
        oneLine(hpy.target),
        oneLine(`${hpy.description}${state}`),
      ] as const;
    });
    const width = Math.max('TARGET'.length, maxOf(rows.map(([, target]) => target.length)));
    return [['CID', 'TARGET', 'PROCESS OR FILE'], ...rows]
      .map(([cid, target, process]) => `${cid} ${target.padEnd(width)} ${process}`)
      .join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#all.map((hpy) => hpy.close()));
  }
}
