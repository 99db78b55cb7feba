/** Which events a client asked for, and what it gets first: what it missed, or else the latest state. */
import { encode } from '../../protocol/codec.ts';
import type { Topic } from '../../protocol/events.ts';
import type { Subscribe } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { reaches, reachesAll, type Scope } from '../access/scope.ts';
import type { EventHead, EventLog, LogEntry } from '../log/log.ts';

/** Targets whose match is kept. */
const MAX_KNOWN = 10_000;

export class Subscription {
  readonly id: string;
  readonly topics: ReadonlySet<Topic>;
  readonly #targets: readonly string[] | undefined;
  readonly #by: ReadonlySet<string> | undefined;
  /** Whether a target is one of those, by its name: names are few, events many. */
  readonly #known = new Map<string, boolean>();
  #closed = false;

  /** Undefined: all targets. */
  readonly #scope: Scope | undefined;

  /** @param scope of the client: it gets nothing of other targets, whatever it asks for */
  constructor({ id, topics, targets, by }: Subscribe, scope?: Scope) {
    this.id = id;
    this.topics = new Set(topics);
    this.#targets = targets;
    this.#by = by && new Set(by);
    this.#scope = reachesAll(scope) ? undefined : scope;
  }

  matches({ type, target, by, shared }: EventHead): boolean {
    if (this.#closed || !this.topics.has(type)) return false;
    // it tells of the others too
    if (shared && this.#scope) return false;
    if (this.#by && by !== undefined && !this.#by.has(by)) return false;
    return this.#isWanted(target);
  }

  #isWanted(target: string): boolean {
    const globs = this.#targets;
    if (globs === undefined && this.#scope === undefined) return true;
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    // targets that are found come and go for as long as a client stays
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const isAsked = globs === undefined || globs.some((glob) => matchesGlob(glob, target));
    const isWanted = isAsked && reaches(this.#scope, target);
    this.#known.set(target, isWanted);
    return isWanted;
  }

  /** Ends it; what it has not yielded yet is dropped. */
  close(): void {
    this.#closed = true;
  }

  /**
   * The frames that come between `subscribed` and the first live event, read from the log as they are taken: no more than a
   * page of them is held for a slow client. A null is a moment at which others may have their turn.
   * @throws LostError from the iteration if the log lets go what is not yet taken
   */
  opening(log: EventLog, from: Subscribe['from']): Iterable<Buffer | null> {
    if (from && from.log === log.id && log.holdsAfter(from.offset)) {
      return this.#missed(log, from.offset, log.offset);
    }
    const state = log.latest().filter(({ head }) => this.matches(head));
    return this.#state(state, from ? this.#gaps(log, from) : []);
  }

  /** Exactly the events of this subscription after `from` and up to `to`. */
  *#missed(log: EventLog, from: number, to: number): Iterable<Buffer | null> {
    for (let at = from; at < to; ) {
      const page = log.after(at);
      for (const entry of page) if (entry.offset <= to && this.matches(entry.head)) yield entry.replayBytes;
      at = page.at(-1)?.offset ?? to;
      if (at < to) yield null;
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
