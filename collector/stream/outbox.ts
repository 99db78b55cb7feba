/**
 * What goes to one client, in order. The socket is given no more than the high-water mark at a time; the rest waits here.
 * Of several partitions of one key that wait, only the newest stays; a gap takes the place of each older one.
 *
 *     push ─> waiting: a Map in order of sending ─> in flight ─> socket
 *             ^ bufferBytes                         ^ highWaterBytes
 *
 * Readings from the log (`pull`) stand in the same line and hold nothing: they are read as the socket takes them.
 */
import { encode } from '../../protocol/codec.ts';
import { type EventHead, type LogEntry, LostError } from '../log/log.ts';
import type { AnswerBudget } from './answer-budget.ts';

export interface OutboxOptions {
  /** Bytes given to the socket and not yet taken by it, above which the rest waits. */
  readonly highWaterBytes: number;
  /** Bytes that may wait; one frame more ends the client. */
  readonly bufferBytes: number;
  /** Hands bytes to the socket; `taken` is called once it has written them. */
  readonly send: (bytes: Buffer, taken: () => void) => void;
  /** Called once, when the client is to be ended: too much waits, or what it should have read has left the log. */
  readonly overflow: (reason: string) => void;
  readonly answers: Pick<AnswerBudget, 'count' | 'keep'>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** A partition that waits, and the ids of the subscriptions that it goes to. */
interface Sample {
  readonly is: 'sample';
  readonly bytes: Buffer;
  readonly key: string;
  readonly head: EventHead;
  readonly offset: number;
  readonly subscriptions: readonly string[];
}

/** What is left of partitions of one key between which nothing else waited: not their bytes, only what a gap says. */
interface Skipped {
  readonly is: 'skipped';
  readonly key: string;
  readonly subscriptions: readonly string[];
  readonly head: EventHead;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

type QueuedFrame =
  | { readonly is: 'frame' | 'answer'; readonly bytes: Buffer }
  | Sample
  | Skipped
  | { readonly is: 'source'; readonly frames: Iterator<Buffer | null> };

/** What a gap is counted as while it waits, for each subscription; about what it takes once encoded. */
const GAP_BYTES = 256;

export class Outbox {
  readonly #options: OutboxOptions;
  /** By rising sequence number. */
  readonly #waiting = new Map<number, QueuedFrame>();
  /** Sequence number of the partition of each key that waits. */
  readonly #samples = new Map<string, number>();
  #sequence = 0;
  #waitingBytes = 0;
  #inFlightBytes = 0;
  #answerBytes = 0;
  /** Who wait until no answer waits any more. */
  #onAnswered: (() => void)[] = [];
  #progressAtMs = 0;
  /** Others have their turn before the next reading from the log. */
  #resting = false;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that wait here, beside those in flight. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes of answers among them. */
  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** Resolves when no answer waits: the socket has taken those before, or the client has gone. */
  async answered(): Promise<void> {
    while (this.#answerBytes > 0) await new Promise<void>((resolve) => this.#onAnswered.push(resolve));
  }

  /** Milliseconds for which something has been in flight and nothing was taken. */
  stalledMs(): number {
    return this.#inFlightBytes === 0 ? 0 : this.#options.now() - this.#progressAtMs;
  }

  /** Sends a frame after all before it. */
  push(bytes: Buffer): void {
    this.#enqueue({ is: 'frame', bytes });
  }

  /** The same with an answer. */
  answer(bytes: Buffer): void {
    this.#enqueue({ is: 'answer', bytes });
  }

  /** Sends an event after all before it; a partition only if no newer one of its key comes while it waits. */
  pushEvent({ bytes, head, key, offset }: LogEntry, subscriptions: readonly string[]): void {
    if (head.type !== 'partition') {
      this.push(bytes);
      return;
    }
    this.#skip(key);
    this.#samples.set(key, this.#sequence);
    this.#enqueue({ is: 'sample', bytes, key, head, offset, subscriptions });
  }

  /** Sends what `frames` yields, after all before it; it is read as the socket takes it, and after a null not at once. */
  pull(frames: Iterable<Buffer | null>): void {
    this.#enqueue({ is: 'source', frames: frames[Symbol.iterator]() });
  }

  /** Drops what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#samples.clear();
    this.#waitingBytes = 0;
    this.#countAnswers(-this.#answerBytes);
  }

  #enqueue(item: QueuedFrame): void {
    if (this.#closed) return;
    this.#put(this.#sequence++, item);
    this.#drain();
    if (item.is === 'answer') this.#options.answers.keep();
    if (this.#waitingBytes > this.#options.bufferBytes) {
      this.#overflow(`more than ${this.#options.bufferBytes} bytes wait for it`);
    }
  }

  /** Puts a gap in the place of the partition of this key that waits, joined with one just before it. */
  #skip(key: string): void {
    const sequence = this.#samples.get(key);
    if (sequence === undefined) return;
    const sample = this.#waiting.get(sequence);
    if (sample?.is !== 'sample') return;
    const before = this.#waiting.get(sequence - 1);
    const joined = before?.is === 'skipped' && before.key === key ? before : undefined;
    if (joined) this.#take(sequence - 1);
    const { subscriptions, head, offset: to } = sample;
    const count = (joined?.count ?? 0) + 1;
    this.#put(sequence, { is: 'skipped', key, subscriptions, head, from: joined?.from ?? to, to, count });
  }

  /** A Map keeps the place of a key that is set again: the line stays in order. */
  #put(sequence: number, item: QueuedFrame): void {
    const before = this.#waiting.get(sequence);
    if (before) this.#waitingBytes -= sizeOf(before);
    this.#waiting.set(sequence, item);
    this.#waitingBytes += sizeOf(item);
    if (item.is === 'answer') this.#countAnswers(sizeOf(item));
  }

  #take(sequence: number): void {
    const item = this.#waiting.get(sequence);
    if (!item) return;
    this.#waiting.delete(sequence);
    this.#waitingBytes -= sizeOf(item);
    if (item.is === 'sample') this.#samples.delete(item.key);
    if (item.is === 'answer') this.#countAnswers(-sizeOf(item));
  }

  #countAnswers(bytes: number): void {
    this.#answerBytes += bytes;
    this.#options.answers.count(bytes);
    if (this.#answerBytes === 0) for (const go of this.#onAnswered.splice(0)) go();
  }

  #drain(): void {
    while (!this.#closed && !this.#resting && this.#inFlightBytes < this.#options.highWaterBytes) {
      const [first] = this.#waiting;
      if (!first) return;
      const [sequence, item] = first;
      if (item.is === 'source') {
        this.#sendFrom(sequence, item.frames);
      } else {
        this.#take(sequence);
        for (const bytes of item.is === 'skipped' ? gaps(item) : [item.bytes]) this.#send(bytes);
      }
    }
  }

  #sendFrom(sequence: number, frames: Iterator<Buffer | null>): void {
    try {
      const { done, value } = frames.next();
      if (done) this.#take(sequence);
      else if (value === null) this.#rest();
      else this.#send(value);
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      this.#overflow(error.message);
    }
  }

  #rest(): void {
    this.#resting = true;
    setImmediate(() => {
      this.#resting = false;
      this.#drain();
    });
  }

  #send(bytes: Buffer): void {
    if (this.#inFlightBytes === 0) this.#progressAtMs = this.#options.now();
    this.#inFlightBytes += bytes.length;
    this.#options.send(bytes, () => {
      this.#inFlightBytes -= bytes.length;
      this.#progressAtMs = this.#options.now();
      this.#drain();
    });
  }

  #overflow(reason: string): void {
    this.close();
    this.#options.overflow(reason);
  }
}

function sizeOf(item: QueuedFrame): number {
  switch (item.is) {
    case 'frame':
    case 'answer':
    case 'sample':
      return item.bytes.length;
    case 'skipped':
      return item.subscriptions.length * GAP_BYTES;
    case 'source':
      return 0;
  }
}

/** A frame for each subscription that the partitions would have gone to. */
function gaps({ subscriptions, head, from, to, count }: Skipped): Buffer[] {
  const { type: topic, target, isolate, by } = head;
  const of = { topic, target, ...(isolate !== undefined && { isolate }), ...(by !== undefined && { by }) };
  return subscriptions.map((id) => Buffer.from(encode({ type: 'gap', id, ...of, from, to, skipped: count })));
}
