/**
 * The event log on disk: an event is published once it is committed.
 *
 *     append ─> pending ──batch──> the store's thread ──committed──> ring ─> stream
 *                  └── while the store fails: ring, with "durable": false, and unsaved ──> the store, when it works again
 *
 * A file whose disk is full, or that somebody holds, is opened later: until then its log is another one (provisional.ts), which
 * goes on in the file then. Consumers are told what they had kept there before anything is written over it.
 *
 * While one batch is written the next gathers: under load many events share a transaction, else each has its own. The ring
 * holds the newest events in memory; what a client missed before that is read from the file, a page at a time.
 */
import type { Logger } from 'pino';
import type { Found } from '../alert/memory.ts';
import { type EventLog, type Forgotten, LogEntry, LostError, type NewEvent } from '../log/log.ts';
import { type RingLimits, RingLog } from '../log/ring-log.ts';
import type { StoreHealth } from '../log/store-health.ts';
import { Beside } from './beside.ts';
import { StoreClock } from './clock.ts';
import { type Connection, openForReading } from './database.ts';
import type { FrameBatch } from './messages.ts';
import { provisionalStanding } from './provisional.ts';
import { Reader } from './reader.ts';
import type { RetentionLimits } from './retention.ts';
import { type Opening, Store } from './store.ts';
import { StoreError, storeError } from './store-error.ts';
import { type Aged, Unsaved } from './unsaved.ts';
import type { ConsumerState, Standing } from './writer.ts';

export interface StoredLogOptions {
  readonly path: string;
  readonly retention: RetentionLimits;
  readonly ring: RingLimits;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}

/** Events of one transaction, at most. */
const MAX_BATCH = 1_000;
const RETRY_MS = 1_000;
const RETAIN_EVERY_MS = 60_000;

/** An event that has no place in the log yet, and when it was appended by the store's own clock. */
interface Draft {
  readonly event: NewEvent;
  readonly agedMs: number;
}

/** An event, or what is to be done once all before it are published. */
type Step = Draft | (() => void);

export class StoredLog implements EventLog, AsyncDisposable {
  readonly #options: StoredLogOptions;
  readonly #store: Store;
  readonly #ring: RingLog;
  #clock: StoreClock;
  readonly #retainTimer: NodeJS.Timeout;
  #standing: Standing;
  /** Undefined while the file was not opened yet. */
  #reading: { readonly db: Connection; readonly reader: Reader } | undefined;
  readonly #pending: Step[] = [];
  readonly #beside = new Beside();
  /** Who wants to know what the file holds that could not be opened yet. */
  readonly #waitingForKept = new Map<string, (found: Found) => void>();
  /** The offset that was given last. */
  #given: number;
  #writing = false;
  /** Resolves when the last batch was written, for the time being. */
  #written: Promise<void> | undefined;
  #flushing = false;
  #failure: StoreError | undefined;
  /** The file is damaged: another one takes its place. */
  #anew = false;
  readonly #unsaved: Unsaved;
  #saving: Promise<void> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @throws StoreError where the store cannot be opened */
  static async open(options: StoredLogOptions): Promise<StoredLog> {
    const store = new Store({ path: options.path, limits: options.retention });
    try {
      return new StoredLog(options, store, await openedOrNot(store));
    } catch (error) {
      await store.abandon();
      throw error;
    }
  }

  /** @param opening of the file, or why that has to wait */
  private constructor(options: StoredLogOptions, store: Store, opening: Opening | StoreError) {
    this.#options = options;
    this.#store = store;
    const isOpen = !(opening instanceof StoreError);
    this.#standing = isOpen ? opening.standing : provisionalStanding(options.now());
    this.#unsaved = new Unsaved(options.ring);
    this.#clock = this.#newClock(this.#standing);
    this.#given = this.#standing.offset;
    if (isOpen) {
      this.#tellAside(opening);
      this.#reading = this.#openReading();
    } else {
      this.#fail(opening);
    }
    this.#ring = new RingLog(options.ring, { offset: this.#given, latest: this.#reading?.reader.latest() ?? [] });
    this.#retainTimer = setInterval(() => void this.retain(), RETAIN_EVERY_MS);
    this.#retainTimer.unref();
  }

  get id(): string {
    return this.#standing.log;
  }

  get offset(): number {
    return this.#ring.offset;
  }

  get health(): StoreHealth {
    const { fault, message } = this.#failure ?? {};
    const wrong = fault === undefined || message === undefined ? {} : { fault, message };
    return { durable: this.#failure === undefined, ...wrong, unsaved: this.#unsaved.size, lost: this.#unsaved.lost };
  }

  append(event: NewEvent): void {
    this.#pending.push({ event, agedMs: this.#clock.agedMs() });
    this.#flushSoon();
  }

  /** Stores a consumer's state, when all that was appended before is stored; a newer one of the same name replaces it. */
  keep(state: ConsumerState): void {
    this.#beside.keep(state);
    this.#flushSoon();
  }

  /** What a consumer had stored last; nothing while the file was not opened yet. @throws LostError where it cannot be read */
  kept(name: string): ConsumerState | undefined {
    if (!this.#reading) return this.#beside.kept(name);
    return this.#beside.kept(name) ?? this.#read((reader) => reader.consumer(name));
  }

  /** @see AlertMemory.whenFound */
  whenFound(name: string, take: (found: Found) => void): boolean {
    if (this.#reading) return false;
    this.#waitingForKept.set(name, take);
    return true;
  }

  settled(): Promise<void> {
    return new Promise((resolve) => this.#whenPublished(resolve));
  }

  holdsAfter(offset: number): boolean {
    return offset >= this.#goneOffset() && offset <= this.offset;
  }

  after(offset: number): readonly LogEntry[] {
    if (this.#ring.holdsAfter(offset)) return this.#ring.after(offset);
    if (offset > this.offset) return [];
    // looked at after the page was read: what retention took away meanwhile is missing in it
    const page = this.#read((reader) => reader.after(offset));
    const published = page.filter((entry) => entry.offset <= this.offset);
    if (!this.holdsAfter(offset) || (published.length === 0 && offset < this.offset)) {
      throw new LostError(`what came after event ${offset} has left the store`);
    }
    return published;
  }

  latest(): LogEntry[] {
    return this.#ring.latest();
  }

  forget(target: string, which: Forgotten = {}): void {
    this.#whenPublished(() => this.#drop(this.#ring.forget(target, which)));
  }

  retire(target: string): void {
    this.#whenPublished(() => this.#drop(this.#ring.retire(target)));
  }

  partition(id: string): LogEntry | undefined {
    return this.#ring.partition(id) ?? this.#read((reader) => reader.partition(id));
  }

  follow(listener: (entry: LogEntry) => void): () => void {
    return this.#ring.follow(listener);
  }

  /** Lets go what is too old; by itself once a minute. */
  async retain(): Promise<void> {
    if (this.#failure || this.#closed) return;
    try {
      const { standing } = await this.#store.retain(this.#clock.agedMs());
      if (standing.log === this.#standing.log) this.#standing = { ...this.#standing, complete: standing.complete };
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'store could not be thinned out');
    }
  }

  /** Stores what is pending, if the store works, and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.settled();
    // what is to be stored beside events has no event that it could be waited for with
    while (!this.#failure && (this.#writing || this.#waiting())) await this.#written;
    this.#closed = true;
    clearInterval(this.#retainTimer);
    clearTimeout(this.#retryTimer);
    if (this.#failure) await this.#save();
    if (this.#unsaved.size > 0) this.#options.logger.error(this.health, 'events are lost: they could not be stored');
    if (!this.#reading) return await this.#store.abandon();
    this.#reading.db.close();
    try {
      await this.#store.close();
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'store was not closed in order');
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The newest offset after which something is missing. */
  #goneOffset(): number {
    return Math.max(this.#standing.complete - 1, this.#unsaved.lostOffset);
  }

  #openReading(): { db: Connection; reader: Reader } {
    const db = openForReading(this.#options.path);
    return { db, reader: new Reader(db) };
  }

  /** @throws LostError where the file cannot be read */
  #read<T>(read: (reader: Reader) => T): T {
    if (!this.#reading) throw new LostError('the store is not open yet');
    try {
      return read(this.#reading.reader);
    } catch (error) {
      const failure = storeError('read store', this.#options.path, error);
      if (failure.fault === 'corrupt') this.#fail(failure);
      else this.#options.logger.error({ err: failure }, 'store could not be read');
      throw new LostError('the store cannot be read', { cause: error });
    }
  }

  #drop(entries: readonly LogEntry[]): void {
    this.#beside.drop(entries);
    this.#flushSoon();
  }

  /** Does `act` once all that was appended until now is published. */
  #whenPublished(act: () => void): void {
    if (this.#pending.length === 0 && !this.#writing) act();
    else this.#pending.push(act);
  }

  #waiting(): boolean {
    return this.#pending.length + this.#beside.size > 0;
  }

  /** At the end of what goes on now: events that are appended together are stored together. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      if (!this.#writing) this.#written = this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#waiting()) {
        if (!this.#failure) await this.#writeBatch(this.#pending.splice(0, MAX_BATCH));
        if (!this.#failure) continue;
        this.#publishUnsaved(this.#pending.splice(0));
        break;
      }
    } finally {
      this.#writing = false;
    }
  }

  async #writeBatch(steps: readonly Step[]): Promise<void> {
    const entries = steps.flatMap((step) => (typeof step === 'function' ? [] : [this.#place(step)]));
    const beside = this.#beside.take();
    try {
      const events = entries.map(placed);
      if (events.length + beside.dropped.length + beside.consumers.length > 0) {
        this.#standing = (await this.#store.write({ events, ...beside })).standing;
      }
    } catch (error) {
      this.#beside.putBack(beside);
      this.#fail(storeError('write to store', this.#options.path, error));
      this.#publishUnsaved(steps);
      return;
    }
    const stored = entries.values();
    for (const step of steps) {
      if (typeof step === 'function') step();
      else this.#ring.publish((stored.next().value as Aged).entry);
    }
  }

  /** From now on events are sent without being stored, at offsets that were set apart for that. */
  #fail(error: StoreError): void {
    if (error.fault === 'corrupt') this.#anew = true;
    const told = this.#failure?.message === error.message;
    this.#failure = error;
    this.#given = Math.max(this.#given, this.#standing.leap);
    if (!told) this.#options.logger.error({ err: error, fault: error.fault }, 'store fails: events are kept in memory');
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      void this.#save();
    }, RETRY_MS);
  }

  #publishUnsaved(steps: readonly Step[]): void {
    for (const step of steps) {
      if (typeof step === 'function') {
        step();
        continue;
      }
      const aged = this.#place(step, false);
      this.#unsaved.add(aged);
      this.#ring.publish(aged.entry);
    }
  }

  #place({ event, agedMs }: Draft, durable = true): Aged {
    return { entry: new LogEntry(event, ++this.#given, durable), agedMs };
  }

  /** Tries to store what is unsaved; the store works again when all of it is stored. */
  #save(): Promise<void> {
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #saveAll(): Promise<void> {
    try {
      // at least one write: it shows whether the store works
      do await this.#saveSome();
      while (this.#unsaved.size > 0);
    } catch (error) {
      this.#fail(storeError('write to store', this.#options.path, error));
      return;
    }
    this.#failure = undefined;
    this.#options.logger.info({ lost: this.#unsaved.lost }, 'store works again');
    this.#flushSoon();
  }

  async #saveSome(): Promise<void> {
    if (!this.#reading) return await this.#saveLate();
    const anew = this.#anew;
    if (anew) this.#unsaved.replace(this.#held());
    const events = this.#unsaved.first(MAX_BATCH).map(placed);
    const opening = await this.#store.write({
      events,
      // a write that failed may have been stored all the same, at offsets that nobody was told of
      retract: { after: anew ? 0 : this.#standing.offset, before: events[0]?.offset ?? this.#given + 1 },
      complete: (anew ? this.#ring.goneOffset : this.#unsaved.lostOffset) + 1,
      ...(anew && { anew: { above: this.#given } }),
    });
    this.#standing = opening.standing;
    this.#unsaved.saved(events.length);
    if (!anew) return;
    this.#anew = false;
    this.#tellAside(opening);
    this.#reading.db.close();
    this.#reading = this.#openReading();
  }

  /** Opens the file that could not be opened at the start: this log goes on in it, with all that is in memory. */
  async #saveLate(): Promise<void> {
    const { log, offset: above } = this.#standing;
    const found = await this.#store.open();
    this.#tellAside(found);
    this.#clock = this.#newClock(found.standing);
    this.#tellFound();
    this.#unsaved.replace(this.#held());
    const events = this.#unsaved.first(MAX_BATCH).map(placed);
    const complete = this.#ring.goneOffset + 1;
    const opening = await this.#store.write({ events, complete, takeOver: { log, above } });
    this.#tellAside(opening);
    this.#standing = opening.standing;
    this.#unsaved.saved(events.length);
    this.#reading = this.#openReading();
  }

  /** Before the first write: what is kept then stands in the place of what was. */
  #tellFound(): void {
    const waiting = [...this.#waitingForKept];
    if (waiting.length === 0) return;
    this.#waitingForKept.clear();
    const { db, reader } = this.#openReading();
    try {
      const alerts = reader.latest().filter(({ head }) => head.type === 'alert');
      for (const [name, take] of waiting) take({ kept: reader.consumer(name), alerts });
    } finally {
      db.close();
    }
  }

  #newClock(standing: Standing): StoreClock {
    return new StoreClock(standing, this.#options.now(), this.#options.monotonic);
  }

  /** All that is in memory, for a new file. */
  #held(): Aged[] {
    const agedMs = this.#clock.agedMs();
    const { entries, goneOffset } = this.#ring;
    const states = this.#ring.latest().filter(({ offset }) => offset <= goneOffset);
    return [...states, ...entries].map((entry) => ({ entry, agedMs }));
  }

  #tellAside({ aside }: Opening): void {
    if (aside === undefined) return;
    const { path, logger } = this.#options;
    logger.error({ path, aside }, 'store was damaged: it was put aside, and a new one begins');
  }
}

/** Opens the file; where that may do later, why it does not now. @throws StoreError */
async function openedOrNot(store: Store): Promise<Opening | StoreError> {
  try {
    return await store.open();
  } catch (error) {
    if (error instanceof StoreError && (error.fault === 'full' || error.fault === 'locked')) return error;
    throw error;
  }
}

function placed({ entry, agedMs }: Aged): FrameBatch['events'][number] {
  return { offset: entry.offset, agedMs, frame: entry.bytes.toString() };
}
