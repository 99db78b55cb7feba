/**
 * The tables of a store, by version.
 *
 *     meta     log: the log's identity; complete: the first offset from which on nothing is missing; leap: the first of
 *              the offsets set apart for events that cannot be stored; thinned…: how far retention has come
 *     series   what an event is the state of: one row for each key of the log, with the offset of its latest event, and of
 *              the one up to which its samples are in blocks
 *     event    the log (record.ts). at: by the clock of then; aged: by the store's own clock, which never goes back;
 *              grade: how long it is kept (retention.ts)
 *     block    what is left of older samples for history (rollup.ts, block.ts): one row for some steps of a series; step: of
 *              how many milliseconds; number: which of its grain; first, last: by the clock of then; since, aged: of its
 *              oldest and newest sample, by the own clock
 *     shape, kind    dictionaries: what events' facts and rows refer to; day: when it was last written, by the own clock
 *     consumer       how far a reader of the log has come, and its state, written with nobody else's
 */

/** `hpwt`: tells a store from other programs' databases. */
export const APPLICATION_ID = 0x68707774;

/** What takes a file from version n to n + 1; the first makes it. A version that was released is never changed. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
   CREATE TABLE series (
     id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, target TEXT NOT NULL,
     isolate TEXT, probe TEXT, "by" TEXT, relative INTEGER NOT NULL,
     latest INTEGER, hour INTEGER NOT NULL, day INTEGER NOT NULL
   ) STRICT;
   CREATE INDEX series_of_target ON series (target, topic);
   CREATE TABLE event (
     "offset" INTEGER PRIMARY KEY, series INTEGER NOT NULL, "at" INTEGER NOT NULL, aged INTEGER NOT NULL,
     grade INTEGER NOT NULL, shape INTEGER NOT NULL, facts BLOB NOT NULL, sample TEXT, rows BLOB
   ) STRICT;
   CREATE INDEX event_of_series ON event (series, "at");
   CREATE INDEX event_of_sample ON event (sample) WHERE sample IS NOT NULL;
   CREATE TABLE shape (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE, day INTEGER NOT NULL) STRICT;
   CREATE TABLE kind (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL UNIQUE, day INTEGER NOT NULL) STRICT;
   CREATE TABLE consumer (name TEXT PRIMARY KEY, "offset" INTEGER NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  `ALTER TABLE series ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE block (
     id INTEGER PRIMARY KEY, series INTEGER NOT NULL, step INTEGER NOT NULL, number INTEGER NOT NULL,
     first INTEGER NOT NULL, last INTEGER NOT NULL, samples INTEGER NOT NULL,
     since INTEGER NOT NULL, aged INTEGER NOT NULL, header TEXT, body BLOB NOT NULL, UNIQUE (series, step, number)
   ) STRICT;
   CREATE INDEX block_by_age ON block (step, aged);`,
];

/** The version that this program writes. */
export const VERSION = MIGRATIONS.length;
