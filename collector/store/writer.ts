/**
 * Writes events into a store, a batch of them in one transaction.
 *
 *     grade 2   the first of its series in a day, and what is rare          kept longest
 *     grade 1   the first in an hour; what happened to targets
 *     grade 0   the rest                                                    kept shortest
 */
import { randomUUID } from 'node:crypto';
import type Database from 'libsql';
import type { ConsumerOffset } from '../log/consumer-offsets.ts';
import type { NewEvent } from '../log/log.ts';
import { keyOf } from '../log/log.ts';
import { type Connection, transact } from './database.ts';
import { Dictionary } from './dictionary.ts';
import { Meta } from './meta.ts';
import { recordOf } from './record.ts';
import { bootId, type Sent } from './sent-mark.ts';

/** An event to be stored at its place in the log. */
export interface Placed {
  readonly offset: number;
  readonly event: NewEvent;
  /** When it was appended, in milliseconds of the store's own clock. */
  readonly agedMs: number;
}

/** What is known of a log before its file is read. */
export interface Beginning {
  /** An offset that was given already. */
  readonly above?: number;
  /** How far the log was sent: where events of it are missing, it goes on beyond them. */
  readonly sent?: Sent;
  /** The log that a file which has none is to be a view of. */
  readonly view?: string;
}

export interface Batch {
  /** By rising offset. */
  readonly events: readonly Placed[];
  /** Keys that have no state any more, if it still is the event at this offset. */
  readonly dropped?: readonly { readonly key: string; readonly offset: number }[];
  /** Events to be removed before: those above `after` and below `before`, which nobody has got. */
  readonly retract?: { readonly after: number; readonly before: number };
  /** The first offset from which on nothing is missing, where that has changed. */
  readonly complete?: number;
  readonly consumers?: readonly ConsumerOffset[];
  /** The log that goes on in this file from now on, all of whose offsets are above; what is there belongs to another one. */
  readonly takeOver?: { readonly log: string; readonly above: number };
}

/** How far the log in a file has come. */
export interface LogPosition {
  readonly log: string;
  /** Of its newest event. */
  readonly offset: number;
  /** The first offset from which on nothing is missing. */
  readonly complete: number;
  /** The first of offsets that no event had or will have but those that cannot be stored. */
  readonly leap: number;
  /** The store's own clock when the newest event was appended. */
  readonly agedMs: number;
  /** The clock of then; null where nothing is stored. */
  readonly atMs: number | null;
}

/** What has an hour and a day of its own, so that an event's grade can be determined. */
interface WrittenSeries {
  readonly id: number;
  hour: number;
  day: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How many offsets are set apart for a time in which nothing can be stored. */
const LEAP = 2 ** 32;
const MAX_SERIES = 50_000;

export class Writer {
  readonly #db: Connection;
  readonly #meta: Meta;
  readonly #kinds: Dictionary;
  readonly #shapes: Dictionary;
  readonly #series = new Map<string, WrittenSeries>();
  readonly #addEvent: Database.Statement<unknown[]>;
  readonly #addSeries: Database.Statement<unknown[]>;
  readonly #setSeries: Database.Statement<unknown[]>;
  readonly #drop: Database.Statement<unknown[]>;
  readonly #retract: Database.Statement<unknown[]>;
  readonly #setConsumer: Database.Statement<unknown[]>;
  #position: LogPosition;

  /** Makes a log where there is none, and sets offsets apart. @throws SqliteError */
  constructor(db: Connection, beginning: Beginning = {}) {
    this.#db = db;
    this.#meta = new Meta(db);
    this.#kinds = new Dictionary(db, 'kind');
    this.#shapes = new Dictionary(db, 'shape');
    this.#addEvent = db.prepare('INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#addSeries = db.prepare(
      `INSERT INTO series (key, topic, target, isolate, probe, "by", relative, hour, day)
       VALUES (?, ?, ?, ?, ?, ?, ?, -1, -1)
       ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id, hour, day`,
    );
    this.#setSeries = db.prepare('UPDATE series SET latest = ?, hour = ?, day = ? WHERE id = ?');
    this.#drop = db.prepare('UPDATE series SET latest = NULL WHERE key = ? AND latest = ?');
    this.#retract = db.prepare('DELETE FROM event WHERE "offset" > ? AND "offset" < ?');
    this.#setConsumer = db.prepare(
      `INSERT INTO consumer VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET "offset" = excluded."offset", state = excluded.state`,
    );
    this.#position = transact(db, () => this.#begin(beginning));
  }

  get position(): LogPosition {
    return this.#position;
  }

  /** @throws SqliteError; nothing of the batch is then stored */
  write({ events, dropped = [], retract, complete, consumers = [], takeOver }: Batch): void {
    try {
      this.#position = transact(this.#db, () => {
        if (retract) this.#retract.run(retract.after, retract.before);
        for (const event of events) this.#writeEvent(event);
        for (const { key, offset } of dropped) this.#drop.run(key, offset);
        for (const { name, offset, state } of consumers) this.#setConsumer.run(name, offset, state);
        if (takeOver) this.#meta.set('log', takeOver.log);
        return { ...this.#advance(events.at(-1), complete), ...(takeOver && { log: takeOver.log }) };
      });
    } catch (error) {
      // what was written of them is not there
      this.#kinds.reset();
      this.#shapes.reset();
      this.#series.clear();
      throw error;
    }
  }

  /** Takes note that events before `complete` are not all there any more. */
  completeFrom(complete: number): void {
    this.#meta.set('complete', complete);
    this.#position = { ...this.#position, complete };
  }

  #begin({ above = 0, sent, view }: Beginning): LogPosition {
    const newest = this.#db.prepare('SELECT "offset", "at", aged FROM event ORDER BY "offset" DESC LIMIT 1').get() as
      | { offset: number; at: number; aged: number }
      | undefined;
    const log = this.#meta.text('log') ?? view ?? randomUUID();
    const stored = Math.max(newest?.offset ?? 0, this.#meta.number('floor'));
    // an earlier run may have used what was set apart for it
    const unused = Math.max(this.#meta.number('leap'), stored, above, sent?.log === log ? sent.offset : 0) + LEAP;
    const isShort = sent?.log === log && isLost(sent, stored);
    // clients have seen offsets that are free again: none of them is given twice
    const offset = isShort ? unused : stored;
    const complete = isShort ? offset + 1 : this.#meta.number('complete') || 1;
    const leap = isShort ? unused + LEAP : unused;
    if (isShort) this.#meta.set('floor', offset);
    this.#meta.set('log', log);
    this.#meta.set('complete', complete);
    this.#meta.set('leap', leap);
    return { log, offset, complete, leap, agedMs: newest?.aged ?? 0, atMs: newest?.at ?? null };
  }

  #advance(newest: Placed | undefined, complete: number | undefined): LogPosition {
    const position = { ...this.#position };
    if (newest) Object.assign(position, { offset: newest.offset, agedMs: newest.agedMs });
    if (position.offset >= position.leap) {
      position.leap = position.offset + LEAP;
      this.#meta.set('leap', position.leap);
    }
    if (complete !== undefined && complete > position.complete) {
      position.complete = complete;
      this.#meta.set('complete', complete);
    }
    return position;
  }

  #writeEvent({ offset, event, agedMs }: Placed): void {
    const aged = Math.floor(agedMs);
    const day = Math.floor(aged / DAY_MS);
    const { atMs, sample, shape, facts, rows } = recordOf(event, (kind) => this.#kinds.id(kind, day));
    const series = this.#seriesOf(event);
    const grade = gradeOf(event, series, aged);
    const shapeId = this.#shapes.id(shape, day);
    this.#addEvent.run(offset, series.id, atMs, aged, grade, shapeId, facts, sample, rows);
    if (grade > 0) Object.assign(series, { hour: Math.floor(aged / HOUR_MS), day });
    this.#setSeries.run(offset, series.hour, series.day, series.id);
  }

  #seriesOf(event: NewEvent): WrittenSeries {
    const key = keyOf(event);
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= MAX_SERIES) this.#series.clear();
    const { type, target } = event;
    const isolate = 'isolate' in event ? event.isolate : null;
    const probe = 'probe' in event ? event.probe : null;
    const [by, relative] = event.type === 'partition' ? [event.by, event.since ? 1 : 0] : [null, 0];
    const added = this.#addSeries.get(key, type, target, isolate, probe, by, relative) as WrittenSeries;
    const series = { id: added.id, hour: added.hour, day: added.day };
    this.#series.set(key, series);
    return series;
  }
}

/** Whether what was sent up to there may be missing in a store that ends at `stored`. */
function isLost({ offset, boot, isClosed }: Sent, stored: number): boolean {
  return offset > stored || (!isClosed && boot !== bootId());
}

function gradeOf(event: NewEvent, series: WrittenSeries, agedMs: number): 0 | 1 | 2 {
  // history keeps how they went (rollup.ts), and nobody asks for one of them
  if (event.type === 'usage') return 0;
  // a probe's end tells what it cost
  if (event.type === 'probe' && (event.phase === 'started' || event.phase === 'skipped')) return 0;
  if (Math.floor(agedMs / DAY_MS) !== series.day) return 2;
  if (Math.floor(agedMs / HOUR_MS) !== series.hour) return 1;
  switch (event.type) {
    case 'mark':
      return 2;
    case 'target':
    case 'checkpoint':
      return 1;
    default:
      return 0;
  }
}
