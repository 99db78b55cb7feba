/** Which events a client asked for, and what it gets first: what it missed, or else the latest state. */
import { encode } from '../../protocol/codec.ts';
import type { Topic } from '../../protocol/events.ts';
import type { Subscribe } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { EventHead, EventLog, LogEntry } from '../log.ts';

/** A client wants to go on from an event that has left the log while it was being served. */
export class LostError extends Error {
  override name = 'LostError';
}

export class Subscription {
  readonly id: string;
  readonly topics: ReadonlySet<Topic>;
  readonly #targets: readonly string[] | undefined;
  readonly #by: ReadonlySet<string> | undefined;
  #closed = false;

  constructor({ id, topics, targets, by }: Subscribe) {
    this.id = id;
    this.topics = new Set(topics);
    this.#targets = targets;
    this.#by = by && new Set(by);
  }

  matches({ type, target, by }: EventHead): boolean {
    if (this.#closed || !this.topics.has(type)) return false;
    if (this.#by && by !== undefined && !this.#by.has(by)) return false;
    return this.#targets === undefined || this.#targets.some((glob) => matchesGlob(glob, target));
  }

  /** Ends it; what it has not yielded yet is dropped. */
  close(): void {
    this.#closed = true;
  }

  /**
   * The frames that come between `subscribed` and the first live event, read from the log as they are taken: nothing is
   * held for a slow client. @throws LostError from the iteration if the log lets go what is not yet taken.
   */
  opening(log: EventLog, from: Subscribe['from']): Iterable<Buffer> {
    if (from && from.log === log.id && from.offset >= log.firstOffset - 1 && from.offset <= log.offset) {
      return this.#missed(log, from.offset + 1, log.offset);
    }
    const state = log.latest().filter(({ head }) => this.matches(head));
    return this.#state(state, from ? this.#gaps(log, from) : []);
  }

  /** Exactly the events of this subscription from `first` to `last`. */
  *#missed(log: EventLog, first: number, last: number): Iterable<Buffer> {
    for (let offset = first; offset <= last; offset++) {
      const entry = log.at(offset);
      if (!entry) throw new LostError(`event ${offset} has left the log before it could be sent`);
      if (this.matches(entry.head)) yield entry.replayBytes;
    }
  }

  *#state(state: readonly LogEntry[], gaps: readonly Buffer[]): Iterable<Buffer> {
    yield* gaps;
    for (const entry of state) if (this.matches(entry.head)) yield entry.replayBytes;
  }

  /** One gap a topic: nobody can tell any more what happened from there to now. */
  #gaps(log: EventLog, from: NonNullable<Subscribe['from']>): Buffer[] {
    const first = from.log === log.id ? Math.min(from.offset + 1, log.offset) : Math.min(1, log.offset);
    const gap = (topic: Topic) =>
      encode({ type: 'gap', id: this.id, topic, from: first, to: log.offset, skipped: null });
    return [...this.topics].map((topic) => Buffer.from(gap(topic)));
  }
}
