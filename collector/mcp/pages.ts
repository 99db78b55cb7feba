/**
 * Long answers in pages: at most 4 KB each, cut at the end of a line, and a cursor for what follows.
 *
 *     first 4 KB … [1,204 more lines: call more with cursor "2f9c…:4096"]
 *
 * The texts of the last answers are kept; a cursor to an older one has run out.
 */
import { randomUUID } from 'node:crypto';

const PAGE_BYTES = 4_096;
/** Of the line that names the cursor. */
const NOTE_BYTES = 160;
const KEPT = 16;
/** Of one answer. */
const MOST_BYTES = 2 ** 22;

export class Pages {
  readonly #kept = new Map<string, Buffer>();
  readonly #mostBytes: number;

  /** @param mostBytes of one answer that are kept */
  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** The first page of a text. */
  first(text: string): string {
    const all = Buffer.from(text);
    if (all.length <= PAGE_BYTES) return text;
    const id = randomUUID();
    this.#kept.set(id, all.subarray(0, this.#mostBytes));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return this.#page(id, 0);
  }

  /** @throws RangeError for a cursor that there is not, or not any more */
  more(cursor: string): string {
    const [, id = '', at = ''] = /^([^:]+):(\d+)$/.exec(cursor) ?? [];
    if (!this.#kept.has(id)) throw new RangeError('Cannot give more: that answer is not kept any more, ask anew');
    return this.#page(id, Number(at));
  }

  #page(id: string, from: number): string {
    const all = this.#kept.get(id)!;
    if (from >= all.length) throw new RangeError('Cannot give more: that was all');
    const end = endOfPage(all, from);
    const page = all.toString('utf8', from, end);
    if (end >= all.length) return page;
    const lines = all.toString('utf8', end).split('\n').length;
    return `${page}\n[${lines} more lines: call "more" with cursor "${id}:${end}"]`;
  }
}

/** After the last newline that fits; within a line that is longer, after a whole character. */
function endOfPage(all: Buffer, from: number): number {
  const most = from + PAGE_BYTES - NOTE_BYTES;
  if (most >= all.length) return all.length;
  const newline = all.lastIndexOf(10, most - 1);
  if (newline > from) return newline + 1;
  let end = most;
  while (end > from && (all[end]! & 0xc0) === 0x80) end--;
  return end;
}
