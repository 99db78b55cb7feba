/**
 * What waits to be published, bounded: a line for each target, so that what is said of one comes in order, while those of
 * others need not wait for it. Pure.
 *
 *     add ─> api    ▪▪▪     next ─> the first of a target of which nothing is under way ─> taken, or put back
 *            worker ▪
 */

export interface Waiting {
  readonly target: string;
  readonly subject: string;
  /** The same for each attempt. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

export class WaitingMessages {
  readonly #maxBytes: number;
  /** By target, in the order in which they are to be served. */
  readonly #lines = new Map<string, Waiting[]>();
  readonly #underWay = new Set<string>();
  /** How many messages of a target were dropped since the last report of it. */
  readonly #dropped = new Map<string, number>();
  #bytes = 0;
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(message: Waiting): void {
    const line = this.#lines.get(message.target) ?? [];
    line.push(message);
    this.#lines.set(message.target, line);
    this.#count(message, 1);
    while (this.#bytes > this.#maxBytes && this.#size > 1 && this.#dropOne());
  }

  /** The next whose turn it is; undefined where all that waits waits for one that is under way. */
  next(): Waiting | undefined {
    for (const [target, line] of this.#lines) {
      if (this.#underWay.has(target) || line.length === 0) continue;
      this.#underWay.add(target);
      // the others have their turn first
      this.#lines.delete(target);
      this.#lines.set(target, line);
      return line[0];
    }
    return undefined;
  }

  /** It has arrived. */
  taken(message: Waiting): void {
    this.#underWay.delete(message.target);
    const line = this.#lines.get(message.target);
    if (line?.[0] === message) {
      line.shift();
      this.#count(message, -1);
    }
    if (line?.length === 0) this.#lines.delete(message.target);
  }

  /** It has not arrived: it is the next of its target again. */
  putBack({ target }: Waiting): void {
    this.#underWay.delete(target);
  }

  /** How many of a target were dropped and that was not told yet; it is then. */
  takeDropped(target: string): number {
    const dropped = this.#dropped.get(target) ?? 0;
    this.#dropped.delete(target);
    return dropped;
  }

  /** The oldest of the longest line that is not under way. */
  #dropOne(): boolean {
    let longest: Waiting[] = [];
    for (const line of this.#lines.values()) if (line.length > longest.length) longest = line;
    const at = this.#underWay.has(longest[0]?.target ?? '') ? 1 : 0;
    const [message] = longest.splice(at, 1);
    if (!message) return false;
    this.#count(message, -1);
    this.#dropped.set(message.target, (this.#dropped.get(message.target) ?? 0) + 1);
    return true;
  }

  #count({ data }: Waiting, sign: 1 | -1): void {
    this.#size += sign;
    this.#bytes += sign * data.length;
  }
}
