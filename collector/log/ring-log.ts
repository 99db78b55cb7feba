/**
 * The event log in memory: a bounded run of the newest events.
 *
 *     offset   1 … 41 | 42  43  44  45  46 |          latest:  (target api) -> 42
 *                gone |  the ring          | offset            (partition api main kind) -> 45
 *
 * `latest` keeps what a newcomer needs, though it may have left the ring.
 */

import { randomUUID } from 'node:crypto';
import { firstWhere } from '../../agent/base/bisect.ts';
import { alertKey, type Forgotten, LogEntry, LostError, type NewEvent } from './log.ts';
import type { ViewLog } from './view-log.ts';

export interface RingLimits {
  /** Events in the ring. */
  readonly ringEvents: number;
  /** Bytes of their frames. The newest event is held whatever its size. */
  readonly ringBytes: number;
}

/** The position of a log that is continued. */
export interface RingStart {
  readonly offset: number;
  /** The newest entry of each key, by rising offset. */
  readonly latest: readonly LogEntry[];
}

/** Entries of a page. */
const PAGE_EVENTS = 64;

export class RingLog implements ViewLog {
  readonly id: string;
  readonly #limits: RingLimits;
  /** By rising offset; those before `#first` have been let go. */
  #entries: LogEntry[] = [];
  #first = 0;
  readonly #latest = new Map<string, LogEntry>();
  readonly #partitions = new Map<string, LogEntry>();
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  #offset: number;
  /** The newest offset that is not held. */
  #goneOffset: number;
  #bytes = 0;

  constructor(
    limits: RingLimits,
    { offset, latest }: RingStart = { offset: 0, latest: [] },
    id: string = randomUUID(),
  ) {
    this.id = id;
    this.#limits = limits;
    this.#offset = offset;
    this.#goneOffset = offset;
    for (const entry of latest) this.#setLatest(entry);
  }

  get offset(): number {
    return this.#offset;
  }

  /** The newest offset after which not everything is held. */
  get goneOffset(): number {
    return this.#goneOffset;
  }

  /** All that is held, by rising offset. */
  get entries(): readonly LogEntry[] {
    return this.#entries.slice(this.#first);
  }

  append(event: NewEvent): LogEntry {
    const entry = new LogEntry(event, this.#offset + 1);
    this.publish(entry);
    return entry;
  }

  /** Takes an entry whose offset, above all before it, was given elsewhere. */
  publish(entry: LogEntry): void {
    this.#makeRoom(entry.bytes.length);
    this.#entries.push(entry);
    this.#offset = entry.offset;
    this.#bytes += entry.bytes.length;
    const previous = this.#setLatest(entry);
    if (previous) this.#dropUnheld(previous);
    for (const listener of this.#listeners) listener(entry);
  }

  place(event: NewEvent, offset: number): void {
    this.publish(new LogEntry(event, offset));
  }

  passOver(offset: number): void {
    const gone = this.entries;
    this.#entries = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#offset = Math.max(this.#offset, offset);
    this.#goneOffset = this.#offset;
    for (const entry of gone) this.#dropUnheld(entry);
  }

  async settled(): Promise<void> {
    // nothing waits: an event is published as it is appended
  }

  async close(): Promise<void> {
    // nothing is open
  }

  holdsAfter(offset: number): boolean {
    return offset >= this.#goneOffset && offset <= this.#offset;
  }

  after(offset: number): readonly LogEntry[] {
    if (offset < this.#goneOffset) throw new LostError(`what came after event ${offset} has left the log`);
    const from = this.#indexAfter(offset);
    return this.#entries.slice(from, from + PAGE_EVENTS);
  }

  latest(): LogEntry[] {
    return [...this.#latest.values()];
  }

  /** Gives the entries that it dropped. */
  forget(target: string, { isolate, except, alert }: Forgotten = {}): LogEntry[] {
    if (alert !== undefined) return this.#drop(({ key }) => key === alertKey(target, alert));
    return this.#drop(({ head }) => {
      if (head.target !== target || head.type === 'target') return false;
      // an alert outlives its process until it is reported as over
      if (head.type === 'alert' && isolate === undefined) return false;
      if (isolate !== undefined && head.isolate !== isolate) return false;
      return except === undefined || head.incarnation !== except;
    });
  }

  /** Gives the entries that it dropped. */
  retire(target: string): LogEntry[] {
    return this.#drop(({ head }) => head.target === target);
  }

  partition(id: string): LogEntry | undefined {
    return this.#partitions.get(id);
  }

  follow(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #setLatest(entry: LogEntry): LogEntry | undefined {
    const previous = this.#latest.get(entry.key);
    // deleted first: a Map keeps the place of a key that is set again, and `latest` goes by age
    this.#latest.delete(entry.key);
    this.#latest.set(entry.key, entry);
    if (entry.head.id !== undefined) this.#partitions.set(entry.head.id, entry);
    return previous;
  }

  #drop(what: (entry: LogEntry) => boolean): LogEntry[] {
    const dropped = this.latest().filter(what);
    for (const entry of dropped) {
      this.#latest.delete(entry.key);
      this.#dropUnheld(entry);
    }
    return dropped;
  }

  /** Lets the oldest entries go until one of `bytes` fits. */
  #makeRoom(bytes: number): void {
    const { ringEvents, ringBytes } = this.#limits;
    const held = () => this.#entries.length - this.#first;
    while (held() > 0 && (held() >= ringEvents || this.#bytes + bytes > ringBytes)) {
      const oldest = this.#entries[this.#first++]!;
      this.#goneOffset = oldest.offset;
      this.#bytes -= oldest.bytes.length;
      this.#dropUnheld(oldest);
    }
    // the array is shortened now and then, not at each event; what has gone is held until then
    if (this.#first > this.#entries.length / 8) {
      this.#entries = this.#entries.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Index of the first entry above `offset`: offsets rise, but may leap. */
  #indexAfter(offset: number): number {
    return firstWhere(this.#first, this.#entries.length, (at) => this.#entries[at]!.offset > offset);
  }

  /** A partition can be asked for while it is in the ring or is the latest of its key. */
  #dropUnheld({ head, key, offset }: LogEntry): void {
    if (head.id === undefined || offset > this.#goneOffset) return;
    if (this.#latest.get(key)?.offset !== offset && this.#partitions.get(head.id)?.offset === offset) {
      this.#partitions.delete(head.id);
    }
  }
}
