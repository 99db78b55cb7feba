/**
 * What a store lets go, by age: a little at a time, so that events need not wait for it.
 *
 *     age        0 ───────── full ───────── hourly ───────── keep
 *     events     everything   |  grade 1, 2  |  grade 2       |  nothing but the latest of each key
 *     history    every sample |  of hours    |  of days       |  nothing (rollup.ts)
 *
 * Age is measured by the store's own clock (clock.ts): one that jumps takes nothing away. Whole hours leave at a time.
 */
import type Database from 'libsql';
import type { RetentionLimits } from '../config/store-config.ts';
import { type Connection, pragmaNumber, transact } from './database.ts';
import { Meta } from './meta.ts';
import { HOUR_MS, Rollup } from './rollup.ts';
import type { Writer } from './writer.ts';

/** Events older than `ageMs` go, unless they are of a higher grade. */
interface Stage {
  /** Where it is noted how far it has come. */
  readonly name: string;
  readonly ageMs: number;
  readonly grade: number;
}

/** Events looked at in one transaction. */
const CHUNK_EVENTS = 2_000;
/** Free pages left in the file, so that it need not grow at once; those beyond are given back, so many at a time. */
const FREE_PAGES = 1_024;
const CHUNK_PAGES = 256;
const DAY_MS = 24 * HOUR_MS;

export class Retention {
  readonly #db: Connection;
  readonly #writer: Writer;
  readonly #meta: Meta;
  readonly #rollup: Rollup;
  readonly #limits: RetentionLimits;
  readonly #chunk: Database.Statement<unknown[]>;
  readonly #remove: Database.Statement<unknown[]>;
  readonly #stages: readonly [Stage, Stage, Stage];

  constructor(db: Connection, writer: Writer, limits: RetentionLimits) {
    const { fullMs, hourlyMs, keepMs } = limits;
    this.#limits = limits;
    this.#rollup = new Rollup(db);
    this.#db = db;
    this.#writer = writer;
    this.#meta = new Meta(db);
    this.#stages = [
      { name: 'thinnedToHours', ageMs: Math.min(fullMs, hourlyMs, keepMs), grade: 0 },
      { name: 'thinnedToDays', ageMs: Math.min(hourlyMs, keepMs), grade: 1 },
      { name: 'removed', ageMs: keepMs, grade: 2 },
    ];
    this.#chunk = db.prepare(
      `SELECT max("offset") AS last, count(*) AS n FROM (
         SELECT "offset", aged FROM event WHERE "offset" > ? ORDER BY "offset" LIMIT ${CHUNK_EVENTS}
       ) WHERE aged < ?`,
    );
    this.#remove = db.prepare(
      `DELETE FROM event WHERE "offset" > ? AND "offset" <= ? AND grade <= ?
         AND "offset" NOT IN (SELECT latest FROM series WHERE latest IS NOT NULL)`,
    );
  }

  /** Yields between two pieces of work. @throws SqliteError */
  *run(agedMs: number): Iterable<void> {
    yield* this.#rollUp(agedMs);
    for (const { name, ageMs, grade } of this.#stages) {
      while (this.#step(name, wholeHours(agedMs - ageMs), grade)) yield;
    }
    transact(this.#db, () => this.#dropUnused(agedMs));
    while (pragmaNumber(this.#db, 'freelist_count') > FREE_PAGES) {
      yield;
      this.#db.prepare(`PRAGMA incremental_vacuum(${CHUNK_PAGES})`).all();
    }
  }

  /** Before anything is removed: what history is to know of it. */
  *#rollUp(agedMs: number): Iterable<void> {
    const { name, ageMs } = this.#stages[0];
    const { hourlyMs, keepMs } = this.#limits;
    yield* this.#rollup.hours(this.#lastBefore(wholeHours(agedMs - ageMs), this.#meta.number(name)));
    if (hourlyMs < keepMs) yield* this.#rollup.days(wholeHours(agedMs - hourlyMs));
    transact(this.#db, () => this.#rollup.drop(agedMs - keepMs));
  }

  /** The offset of the newest event older than `beforeMs`. @param after one that is */
  #lastBefore(beforeMs: number, after: number): number {
    for (let at = after; ; ) {
      const { last, n } = this.#chunk.get(at, beforeMs) as { last: number | null; n: number };
      at = last ?? at;
      if (n < CHUNK_EVENTS) return at;
    }
  }

  /** Removes among the next events what is older than `beforeMs`; false when there is nothing more to do. */
  #step(name: string, beforeMs: number, grade: number): boolean {
    const after = this.#meta.number(name);
    const { last, n } = this.#chunk.get(after, beforeMs) as { last: number | null; n: number };
    if (last === null) return false;
    transact(this.#db, () => {
      this.#remove.run(after, last, grade);
      this.#meta.set(name, last);
      if (last >= this.#writer.position.complete) this.#writer.completeFrom(last + 1);
    });
    return n === CHUNK_EVENTS;
  }

  /** Series without state and events, and words that nothing can refer to any more. */
  #dropUnused(agedMs: number): void {
    this.#db.exec(
      `DELETE FROM series WHERE latest IS NULL AND NOT EXISTS (SELECT 1 FROM event WHERE event.series = series.id)
         AND NOT EXISTS (SELECT 1 FROM block WHERE block.series = series.id)`,
    );
    const oldest = this.#db
      .prepare(
        'SELECT min(aged) AS aged FROM (SELECT aged FROM (SELECT aged FROM event ORDER BY "offset" LIMIT 1) UNION ALL SELECT min(since) FROM block)',
      )
      .get() as { aged: number | null };
    const before = Math.floor((oldest.aged ?? agedMs) / DAY_MS) - 1;
    for (const table of ['shape', 'kind']) this.#db.prepare(`DELETE FROM ${table} WHERE day < ?`).run(before);
  }
}

function wholeHours(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
