/** One object: as it was in the snapshot and, where its process still calls it by the same id, as it is now. */
import { maxOf } from '../../protocol/extremes.ts';
import { oneLine } from '../../protocol/printable.ts';
import type { LiveObject } from './live-object.ts';

export class ObjectView {
  /** What the snapshot tells of it. */
  readonly text: string;
  /** The object now; null where it cannot be looked at. */
  readonly live: LiveObject | null;
  /** Why it cannot; '' where it can, and where nobody would expect it: of a file, of one's own process. */
  readonly reason: string;

  constructor(text: string, live: LiveObject | null = null, reason = '') {
    this.text = text;
    this.live = live;
    this.reason = reason;
  }

  toString(): string {
    if (this.live === null && this.reason === '') return this.text;
    if (this.live === null) return `${this.text}\n(as it was in the snapshot: ${this.reason})`;
    const { description, properties } = this.live;
    const width = Math.max(0, maxOf(properties.map(({ name }) => name.length)));
    const lines = properties.map(({ name, value }) => `  .${name.padEnd(width)}  ${value}`);
    return [this.text, ...[`now: ${description}`, ...lines].map((line) => oneLine(line))].join('\n');
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
