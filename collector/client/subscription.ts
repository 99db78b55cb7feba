/**
 * One selection of events, over however many sockets: what came and was not read yet, and where to go on.
 *
 *     live events ─┬─> queue ─> for await
 *                  └─> full: left off, and taken up again from the log once the reader has caught up
 */
import type { StreamEvent } from '../../protocol/events.ts';
import type { Gap, Subscribe } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { StreamError } from './stream-error.ts';

/** Code units of frames that may wait to be read. */
const MAX_WAITING_LENGTH = 8_388_608;

/** A place in a collector's log. */
export type Position = NonNullable<Subscribe['from']>;

/** What a subscription chooses. `from`: the last event that one has; absent, the latest state comes first. */
export type Selection = Omit<Subscribe, 'type' | 'id'>;

/** What the client does for it. */
export interface Supply {
  /** Subscribes, if connected. */
  begin(subscription: Subscription): void;
  /** Unsubscribes, if connected. */
  leaveOff(subscription: Subscription): void;
  forget(subscription: Subscription): void;
}

/**
 * Iterate it once. Its events come exactly once and in order across reconnects, as far as the collector's log reaches; where
 * it does not, or the collector dropped something, a `gap` says so. Leaving the loop ends the subscription.
 */
export class Subscription implements AsyncIterable<StreamEvent | Gap> {
  /** On this socket; null while nothing comes. */
  wireId: string | null = null;
  /** Whether the collector has taken it on this socket. */
  subscribed = false;
  readonly #selection: Selection;
  readonly #supply: Supply;
  readonly #queue: { item: StreamEvent | Gap; length: number }[] = [];
  #waitingLength = 0;
  #wake: (() => void) | undefined;
  #onReplayed: (() => void) | undefined;
  #position: Position | undefined;
  /** Where the collector said that its replay ends. */
  #standing: Position | undefined;
  #over = false;
  #error: Error | undefined;

  constructor(selection: Selection, supply: Supply) {
    this.#selection = selection;
    this.#supply = supply;
    this.#position = selection.from;
  }

  /** What to subscribe with now: from the last event that came on. */
  get selection(): Selection {
    return { ...this.#selection, ...(this.#position && { from: this.#position }) };
  }

  /** The collector has taken it, and replays what was before `standing`. */
  begun(standing: Position): void {
    this.subscribed = true;
    this.#standing = standing;
  }

  /** All of the replay has come. */
  replayEnded(): void {
    const position = this.#position;
    const behind = position?.log !== this.#standing?.log || (position?.offset ?? 0) < (this.#standing?.offset ?? 0);
    if (behind) this.#position = this.#standing;
    this.#onReplayed?.();
  }

  /** What is so now, and no more: ends the subscription. */
  async replay(): Promise<StreamEvent[]> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#onReplayed = resolve;
        this.#wake = () => {
          if (this.#over) reject(this.#error ?? new StreamError('the client was closed'));
        };
        if (this.#over) this.#wake();
        else this.#supply.begin(this);
      });
      return this.#queue.flatMap(({ item }) => (item.type === 'gap' ? [] : [item]));
    } finally {
      this.#leave();
    }
  }

  /** Takes an event that is for it alone: of its replay. */
  replayed(event: StreamEvent, log: string, length: number): void {
    this.#position = { log, offset: event.offset };
    this.#put(event, length);
  }

  /** Takes a live event of its socket, which may be for others. */
  happened(event: StreamEvent, log: string, length: number): void {
    this.#position = { log, offset: event.offset };
    if (this.#wants(event)) this.#put(event, length);
  }

  /** Takes a gap in what it should have got. */
  missed(gap: Gap, length: number): void {
    this.#put(gap, length);
  }

  /** Nothing will come any more. @param error what the reader gets, once it has read what came */
  end(error?: Error): void {
    this.#over = true;
    this.#error ??= error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamEvent | Gap, void, undefined> {
    try {
      for (;;) {
        const next = this.#queue.shift();
        if (next) {
          this.#waitingLength -= next.length;
          yield next.item;
        } else if (this.#over) {
          if (this.#error) throw this.#error;
          return;
        } else {
          if (this.wireId === null) this.#supply.begin(this);
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.#over = true;
    this.#supply.leaveOff(this);
    this.#supply.forget(this);
  }

  #wants(event: StreamEvent): boolean {
    const { topics, targets, by } = this.#selection;
    if (!topics.includes(event.type)) return false;
    if (targets && !targets.some((glob) => matchesGlob(glob, event.target))) return false;
    return by === undefined || event.type !== 'partition' || by.includes(event.by);
  }

  #put(item: StreamEvent | Gap, length: number): void {
    if (this.#over) return;
    this.#queue.push({ item, length });
    this.#waitingLength += length;
    if (this.#waitingLength > MAX_WAITING_LENGTH) this.#supply.leaveOff(this);
    this.#wake?.();
  }
}
