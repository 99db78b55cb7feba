/**
 * Puts samples that will be thinned out into blocks, so that history still knows each hour's and each day's smallest, mean,
 * largest and last.
 *
 *     events ── older than `full` ──> blocks of hours, a day each ── older than `hourly` ──> blocks of days, a week each
 *
 * A series tells up to which offset its samples are in blocks: at any moment each sample is either there or still to be read
 * from its event, whatever is killed in between.
 */
import type Database from 'libsql';
import type { Connection } from './database.ts';
import { transact } from './database.ts';
import { Draft, type Grain, type SampledTopic, type StoredBlock } from './draft.ts';
import { type SampleRow, Samples } from './samples.ts';

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

const HOURS: Grain = { stepMs: HOUR_MS, spanMs: DAY_MS };
const DAYS: Grain = { stepMs: DAY_MS, spanMs: WEEK_MS };

/** Samples of one transaction. */
const CHUNK_SAMPLES = 2_000;

interface RolledSeries {
  readonly id: number;
  readonly topic: SampledTopic;
  readonly rolled: number;
}

type OffsetRow = SampleRow & { readonly offset: number };
type HourBlock = StoredBlock & Omit<RolledSeries, 'rolled'> & { readonly block: number; readonly number: number };

export class Rollup {
  readonly #db: Connection;
  readonly #samples: Samples;
  readonly #behind: Database.Statement<unknown[]>;
  readonly #chunk: Database.Statement<unknown[]>;
  readonly #setRolled: Database.Statement<unknown[]>;
  readonly #find: Database.Statement<unknown[]>;
  readonly #save: Database.Statement<unknown[]>;
  readonly #oldHours: Database.Statement<unknown[]>;
  readonly #drop: Database.Statement<unknown[]>;
  readonly #dropOld: Database.Statement<unknown[]>;

  constructor(db: Connection) {
    this.#db = db;
    this.#samples = new Samples(db);
    this.#behind = db.prepare(
      `SELECT id, topic, rolled FROM series WHERE topic IN ('partition', 'usage') AND relative = 0 AND rolled < ?`,
    );
    // by the index: what is to be rolled up is little of a series, and a series little of all events
    this.#chunk = db.prepare(
      `SELECT "offset", "at", aged, shape, facts, rows FROM event INDEXED BY event_of_series
       WHERE series = ? AND "offset" > ? AND "offset" <= ? ORDER BY "offset" LIMIT ${CHUNK_SAMPLES}`,
    );
    this.#setRolled = db.prepare('UPDATE series SET rolled = ? WHERE id = ?');
    this.#find = db.prepare('SELECT since, aged, header, body FROM block WHERE series = ? AND step = ? AND number = ?');
    this.#save = db.prepare(
      `INSERT INTO block (series, step, number, first, last, samples, since, aged, header, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (series, step, number) DO UPDATE SET first = excluded.first, last = excluded.last,
         samples = excluded.samples, since = excluded.since, aged = excluded.aged, header = excluded.header,
         body = excluded.body`,
    );
    this.#oldHours = db.prepare(
      `SELECT block.id AS block, series.id AS id, topic, number, since, aged, header, body
       FROM block JOIN series ON series.id = block.series WHERE step = ${HOUR_MS} AND aged < ? LIMIT 1`,
    );
    this.#drop = db.prepare('DELETE FROM block WHERE id = ?');
    this.#dropOld = db.prepare('DELETE FROM block WHERE aged < ?');
  }

  /** Puts every sample up to the event at `offset` into blocks of hours. Yields between two pieces. @throws SqliteError */
  *hours(offset: number): Iterable<void> {
    for (const series of this.#behind.all(offset) as RolledSeries[]) {
      for (let after = series.rolled; after < offset; yield) after = this.#rollSome(series, after, offset);
    }
  }

  /** Puts blocks of hours whose newest sample is older than `beforeMs` into blocks of days. @throws SqliteError */
  *days(beforeMs: number): Iterable<void> {
    for (;;) {
      const hours = this.#oldHours.get(beforeMs) as HourBlock | undefined;
      if (!hours) return;
      transact(this.#db, () => {
        const draft = this.#draft(hours, DAYS, hours.number * HOURS.spanMs);
        draft.addBlock(hours, HOURS);
        this.#save.run(...draft.columns(this.#samples));
        this.#drop.run(hours.block);
      });
      yield;
    }
  }

  /** Removes blocks whose newest sample is older than `beforeMs`. @throws SqliteError */
  drop(beforeMs: number): void {
    this.#dropOld.run(beforeMs);
  }

  /** The offset that it came to. */
  #rollSome(series: RolledSeries, after: number, end: number): number {
    const rows = this.#chunk.all(series.id, after, end) as OffsetRow[];
    const rolled = rows.length < CHUNK_SAMPLES ? end : rows.at(-1)!.offset;
    transact(this.#db, () => {
      const drafts = new Map<number, Draft>();
      for (const row of rows) {
        const day = Math.floor(row.at / HOURS.spanMs);
        const draft = drafts.get(day) ?? this.#draft(series, HOURS, row.at);
        drafts.set(day, draft);
        draft.addSample(row, this.#samples);
      }
      for (const draft of drafts.values()) this.#save.run(...draft.columns(this.#samples));
      this.#setRolled.run(rolled, series.id);
    });
    return rolled;
  }

  /** The draft of the block that holds `atMs`, made of what is stored of it. */
  #draft({ id, topic }: Omit<RolledSeries, 'rolled'>, grain: Grain, atMs: number): Draft {
    const number = Math.floor(atMs / grain.spanMs);
    const draft = new Draft({ series: id, topic, grain, number });
    const stored = this.#find.get(id, grain.stepMs, number) as StoredBlock | undefined;
    if (stored) draft.addBlock(stored, grain);
    return draft;
  }
}
