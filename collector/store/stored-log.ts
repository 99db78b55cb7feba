/**
 * The event log on disk: an event is published once it is committed.
 *
 *     append ─> pending ──batch──> the store's thread ──committed──> ring ─> stream
 *                  └── while the store fails: ring, with "durable": false, and unsaved ──> the store, when it works again
 *
 * What it can do with its file is one state (store-state.ts). A file whose disk is full, or that somebody holds, is opened
 * later: until then its log is another one (provisional.ts), which goes on in the file then. Consumers get what they had
 * committed there before anything is written over it.
 *
 * While one batch is written the next gathers: under load many events share a transaction, else each has its own. The ring
 * holds the newest events in memory; what a client missed before that is read from the file, a page at a time.
 */
import type { Logger } from 'pino';
import type { RetentionLimits } from '../config/store-config.ts';
import type { ConsumerOffset, EarlierOffset } from '../log/consumer-offsets.ts';
import { type Forgotten, LogEntry, LostError, type NewEvent } from '../log/log.ts';
import { type RingLimits, RingLog } from '../log/ring-log.ts';
import type { StoreHealth } from '../log/store-health.ts';
import type { ViewLog } from '../log/view-log.ts';
import { Beside } from './beside.ts';
import { StoreClock } from './clock.ts';
import { openForReading } from './database.ts';
import type { FrameBatch } from './messages.ts';
import { provisionalPosition } from './provisional.ts';
import { Reader } from './reader.ts';
import { type Opening, Store } from './store.ts';
import { StoreError, storeError } from './store-error.ts';
import {
  afterFailure,
  afterOpening,
  afterSaving,
  failureOf,
  type Reading,
  readingOf,
  type StoreState,
} from './store-state.ts';
import { type Aged, Unsaved } from './unsaved.ts';
import type { LogPosition } from './writer.ts';

export interface StoredLogOptions {
  readonly path: string;
  readonly retention: RetentionLimits;
  readonly ring: RingLimits;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  /** The log that this is the view of: its offsets are given elsewhere, where its events are kept too. */
  readonly view?: string;
}

/** Events of one transaction, at most. */
const MAX_BATCH = 1_000;
const RETRY_MS = 1_000;
const RETAIN_EVERY_MS = 60_000;

/** An event that has no place in the log yet, and when it was appended by the store's own clock. */
interface Draft {
  readonly event: NewEvent;
  readonly agedMs: number;
  /** Where it was given elsewhere. */
  readonly offset?: number;
}

/** An event, or what is to be done once all before it are published. */
type Step = Draft | (() => void);

export class StoredLog implements ViewLog, AsyncDisposable {
  readonly #options: StoredLogOptions;
  readonly #store: Store;
  readonly #ring: RingLog;
  #clock: StoreClock;
  readonly #retainTimer: NodeJS.Timeout;
  #position: LogPosition;
  #state: StoreState;
  readonly #pending: Step[] = [];
  readonly #beside = new Beside();
  /** Who wants to know what the file holds that could not be opened yet. */
  readonly #waitingForCommitted = new Map<string, (found: EarlierOffset) => void>();
  /** The offset that was given last. */
  #given: number;
  #writing = false;
  /** Resolves when the last batch was written, for the time being. */
  #written: Promise<void> | undefined;
  #flushing = false;
  readonly #unsaved: Unsaved;
  #saving: Promise<void> | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Up to where something is missing, until that is stored. */
  #passedOver = 0;

  /** @throws StoreError where the store cannot be opened */
  static async open(options: StoredLogOptions): Promise<StoredLog> {
    const { path, retention, view } = options;
    const store = new Store({ path, limits: retention, ...(view !== undefined && { view }) });
    try {
      // a view cannot begin before it is known how far it has come
      const opening = view === undefined ? await openedOrNot(store) : await store.open();
      return new StoredLog(options, store, opening);
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
    this.#position = isOpen ? opening.position : provisionalPosition(options.now());
    this.#unsaved = new Unsaved(options.ring);
    this.#clock = this.#newClock(this.#position);
    this.#given = this.#position.offset;
    if (isOpen) this.#tellAside(opening);
    this.#state = isOpen ? { is: 'storing', reading: this.#openReading() } : { is: 'unopened', failure: opening };
    if (!isOpen) this.#keepInMemory(opening);
    const latest = readingOf(this.#state)?.reader.latest() ?? [];
    this.#ring = new RingLog(options.ring, { offset: this.#given, latest }, options.view);
    this.#retainTimer = setInterval(() => void this.retain(), RETAIN_EVERY_MS);
    this.#retainTimer.unref();
  }

  get id(): string {
    return this.#position.log;
  }

  get offset(): number {
    return this.#ring.offset;
  }

  get health(): StoreHealth {
    const failure = failureOf(this.#state);
    const wrong = failure && { fault: failure.fault, message: failure.message };
    return { durable: !failure, ...wrong, unsaved: this.#unsaved.size, lost: this.#unsaved.lost };
  }

  append(event: NewEvent): void {
    this.#pending.push({ event, agedMs: this.#clock.agedMs() });
    this.#flushSoon();
  }

  place(event: NewEvent, offset: number): void {
    this.#pending.push({ event, agedMs: this.#clock.agedMs(), offset });
    this.#flushSoon();
  }

  passOver(offset: number): void {
    this.#whenPublished(() => {
      this.#given = Math.max(this.#given, offset);
      this.#ring.passOver(offset);
      this.#passedOver = offset;
      this.#flushSoon();
    });
  }

  /** Stores a consumer's state, when all that was appended before is stored; a newer one of the same name replaces it. */
  commit(state: ConsumerOffset): void {
    this.#beside.commit(state);
    this.#flushSoon();
  }

  /** What a consumer had stored last; nothing while the file was not opened yet. @throws LostError where it cannot be read */
  committed(name: string): ConsumerOffset | undefined {
    if (this.#state.is === 'unopened') return this.#beside.committed(name);
    return this.#beside.committed(name) ?? this.#read((reader) => reader.consumer(name));
  }

  /** @see ConsumerStates.whenFound */
  whenCommittedFound(name: string, take: (found: EarlierOffset) => void): boolean {
    if (this.#state.is !== 'unopened') return false;
    this.#waitingForCommitted.set(name, take);
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
    if (this.#state.is !== 'storing' || this.#closed) return;
    try {
      const { position } = await this.#store.retain(this.#clock.agedMs());
      if (position.log === this.#position.log) this.#position = { ...this.#position, complete: position.complete };
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'store could not be thinned out');
    }
  }

  /** Stores what is pending, if the store works, and closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.settled();
    // what is to be stored beside events has no event that it could be waited for with
    while (this.#isStoring() && (this.#writing || this.#waiting())) await this.#written;
    this.#closed = true;
    clearInterval(this.#retainTimer);
    clearTimeout(this.#retryTimer);
    if (!this.#isStoring()) await this.#save();
    if (this.#unsaved.size > 0) this.#options.logger.error(this.health, 'events are lost: they could not be stored');
    const reading = readingOf(this.#state);
    if (!reading) return await this.#store.abandon();
    reading.db.close();
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
    return Math.max(this.#position.complete - 1, this.#unsaved.lostOffset, this.#passedOver);
  }

  #isStoring(): boolean {
    return this.#state.is === 'storing';
  }

  #openReading(): Reading {
    const db = openForReading(this.#options.path);
    return { db, reader: new Reader(db) };
  }

  /** @throws LostError where the file cannot be read */
  #read<T>(read: (reader: Reader) => T): T {
    const reading = readingOf(this.#state);
    if (!reading) throw new LostError('the store is not open yet');
    try {
      return read(reading.reader);
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
    return this.#pending.length + this.#beside.size > 0 || this.#passedOver > 0;
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
        if (this.#isStoring()) await this.#writeBatch(this.#pending.splice(0, MAX_BATCH));
        if (this.#isStoring()) continue;
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
    const passedOver = this.#passedOver;
    try {
      const events = entries.map(placed);
      if (events.length + beside.dropped.length + beside.consumers.length + passedOver > 0) {
        const complete = passedOver > 0 ? { complete: passedOver + 1 } : {};
        this.#position = (await this.#store.write({ events, ...beside, ...complete })).position;
        if (this.#passedOver === passedOver) this.#passedOver = 0;
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

  #fail(failure: StoreError): void {
    const before = failureOf(this.#state);
    this.#state = afterFailure(this.#state, failure);
    this.#keepInMemory(failure, before);
  }

  /** From now on events are sent without being stored, at offsets that were set apart for that; the next try is soon. */
  #keepInMemory(failure: StoreError, before?: StoreError): void {
    const { logger } = this.#options;
    if (this.#options.view === undefined) this.#given = Math.max(this.#given, this.#position.leap);
    if (before?.message !== failure.message) {
      logger.error({ err: failure, fault: failure.fault }, 'store fails: events are kept in memory');
    }
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

  #place({ event, agedMs, offset = this.#given + 1 }: Draft, durable = true): Aged {
    this.#given = offset;
    // what is kept elsewhere is lost with nobody
    return { entry: new LogEntry(event, offset, durable || this.#options.view !== undefined), agedMs };
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
    this.#state = afterSaving(this.#state);
    this.#options.logger.info({ lost: this.#unsaved.lost }, 'store works again');
    this.#flushSoon();
  }

  async #saveSome(): Promise<void> {
    switch (this.#state.is) {
      case 'unopened':
        return await this.#saveLate();
      case 'damaged':
        return await this.#saveAnew(this.#state.reading);
      case 'storing':
      case 'failing': {
        const events = this.#unsaved.first(MAX_BATCH).map(placed);
        // a write that failed may have been stored all the same, at offsets that no client knows
        // of a view they are the same that are written now
        const before =
          this.#options.view === undefined ? (events[0]?.offset ?? this.#given + 1) : Number.MAX_SAFE_INTEGER;
        const retract = { after: this.#position.offset, before };
        await this.#saveBatch({ events, retract, complete: this.#unsaved.lostOffset + 1 });
      }
    }
  }

  /** The file is damaged: it is put aside, and all that is in memory goes into a new one. */
  async #saveAnew(reading: Reading): Promise<void> {
    const { events, complete } = this.#heldBatch();
    const retract = { after: 0, before: events[0]?.offset ?? this.#given + 1 };
    await this.#saveBatch({ events, retract, complete, anew: { above: this.#given } });
    // whatever follows, the new file is there, and is not put aside too
    this.#state = afterOpening(this.#state, reading);
    reading.db.close();
    this.#state = afterOpening(this.#state, this.#openReading());
  }

  /** Opens the file that could not be opened at the start: this log goes on in it, with all that is in memory. */
  async #saveLate(): Promise<void> {
    const { log, offset: above } = this.#position;
    const found = await this.#store.open();
    this.#tellAside(found);
    this.#clock = this.#newClock(found.position);
    this.#tellCommitted();
    await this.#saveBatch({ ...this.#heldBatch(), takeOver: { log, above } });
    this.#state = afterOpening(this.#state, this.#openReading());
  }

  async #saveBatch(batch: FrameBatch): Promise<void> {
    const opening = await this.#store.write(batch);
    this.#tellAside(opening);
    this.#position = opening.position;
    this.#unsaved.saved(batch.events.length);
  }

  /** The first batch of all that is in memory, for a file that has nothing of it. */
  #heldBatch(): Pick<FrameBatch, 'events'> & { readonly complete: number } {
    this.#unsaved.replace(this.#held());
    return { events: this.#unsaved.first(MAX_BATCH).map(placed), complete: this.#ring.goneOffset + 1 };
  }

  /** Before the first write: what is committed then replaces what was. */
  #tellCommitted(): void {
    const waiting = [...this.#waitingForCommitted];
    if (waiting.length === 0) return;
    this.#waitingForCommitted.clear();
    const { db, reader } = this.#openReading();
    try {
      const alerts = reader.latest().filter(({ head }) => head.type === 'alert');
      for (const [name, take] of waiting) take({ committed: reader.consumer(name), alerts });
    } finally {
      db.close();
    }
  }

  #newClock(position: LogPosition): StoreClock {
    return new StoreClock(position, this.#options.now(), this.#options.monotonic);
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
