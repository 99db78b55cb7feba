/**
 * What goes to one client, in order. The socket is given no more than the high-water mark at a time; the rest waits here,
 * where of several partitions of one key only the newest stays.
 *
 *     push ─> waiting (a Map in order of sending; keyed by state for partitions) ─> in flight ─> socket
 *             ^ bufferBytes                                                          ^ highWaterBytes
 *
 * Readings from the log (`pull`) stand in the same line and hold nothing: they are read as the socket takes them.
 */
import { encode } from '../../protocol/codec.ts';
import type { LogEntry } from '../log.ts';
import { LostError } from './subscription.ts';

export interface OutboxOptions {
  /** Bytes given to the socket and not yet taken by it, above which the rest waits. */
  readonly highWaterBytes: number;
  /** Bytes that may wait; one frame more ends the client. */
  readonly bufferBytes: number;
  /** Hands bytes to the socket; `taken` is called once it has written them. */
  readonly send: (bytes: Buffer, taken: () => void) => void;
  /** Called once, when the client is to be ended: too much waits, or what it should have read has left the log. */
  readonly overflow: (reason: string) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

interface Frame {
  readonly bytes: Buffer;
  /** Partitions that this one took the place of. */
  readonly skipped?: { readonly from: number; readonly to: number; readonly count: number };
  readonly entry?: LogEntry;
  /** Subscriptions that an entry goes to. */
  readonly subscriptions?: readonly string[];
}

type Waiting = Frame | { readonly source: Iterator<Buffer> };

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string | number, Waiting>();
  #sequence = 0;
  #waitingBytes = 0;
  #inFlightBytes = 0;
  #progressAtMs = 0;
  #closed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that wait here, beside those in flight. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Milliseconds for which something has been in flight and nothing was taken. */
  stalledMs(): number {
    return this.#inFlightBytes === 0 ? 0 : this.#options.now() - this.#progressAtMs;
  }

  /** Sends a frame after all before it. */
  push(bytes: Buffer): void {
    this.#enqueue(this.#sequence++, { bytes });
  }

  /** Sends an event; while it waits, a newer partition of its key takes its place, and a gap tells of it. */
  pushEvent(entry: LogEntry, subscriptions: readonly string[]): void {
    if (entry.event.type !== 'partition') {
      this.push(entry.bytes);
      return;
    }
    const before = this.#waiting.get(entry.key);
    if (before && 'bytes' in before && before.entry) {
      this.#waiting.delete(entry.key);
      this.#waitingBytes -= before.bytes.length;
      const from = before.skipped?.from ?? before.entry.offset;
      const skipped = { from, to: before.entry.offset, count: (before.skipped?.count ?? 0) + 1 };
      this.#enqueue(entry.key, { bytes: entry.bytes, entry, subscriptions, skipped });
    } else {
      this.#enqueue(entry.key, { bytes: entry.bytes, entry, subscriptions });
    }
  }

  /** Sends what `frames` yields, after all before it; it is read as the socket takes it. */
  pull(frames: Iterable<Buffer>): void {
    if (this.#closed) return;
    this.#waiting.set(this.#sequence++, { source: frames[Symbol.iterator]() });
    this.#drain();
  }

  /** Drops what waits and takes nothing more. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  #enqueue(key: string | number, frame: Frame): void {
    if (this.#closed) return;
    this.#waiting.set(key, frame);
    this.#waitingBytes += frame.bytes.length;
    this.#drain();
    if (this.#waitingBytes > this.#options.bufferBytes) {
      this.#overflow(`more than ${this.#options.bufferBytes} bytes wait for it`);
    }
  }

  #drain(): void {
    while (!this.#closed && this.#inFlightBytes < this.#options.highWaterBytes) {
      const [first] = this.#waiting;
      if (!first) return;
      const [key, next] = first;
      if ('source' in next) this.#sendFrom(key, next.source);
      else this.#sendFrame(key, next);
    }
  }

  #sendFrom(key: string | number, source: Iterator<Buffer>): void {
    try {
      const { done, value } = source.next();
      if (done) this.#waiting.delete(key);
      else this.#send(value);
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      this.#overflow(error.message);
    }
  }

  #sendFrame(key: string | number, frame: Frame): void {
    this.#waiting.delete(key);
    this.#waitingBytes -= frame.bytes.length;
    for (const gap of gapsOf(frame)) this.#send(gap);
    this.#send(frame.bytes);
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

/** A frame for each subscription that misses what this one took the place of. */
function gapsOf({ skipped, entry, subscriptions = [] }: Frame): Buffer[] {
  if (!skipped || entry?.event.type !== 'partition') return [];
  const { type: topic, target, isolate, by } = entry.event;
  const { from, to, count } = skipped;
  return subscriptions.map((id) =>
    Buffer.from(encode({ type: 'gap', id, topic, target, isolate, by, from, to, skipped: count })),
  );
}
