/** Reads a store: the log's pages, its state, one sample. */
import type Database from 'libsql';
import type { ConsumerOffset } from '../log/consumer-offsets.ts';
import { LogEntry } from '../log/log.ts';
import type { Connection } from './database.ts';
import { Words } from './dictionary.ts';
import type { Json } from './facts.ts';
import { eventOf } from './record.ts';

/** Entries of a page. */
const PAGE_EVENTS = 64;
/** Shapes remembered as they were parsed. */
const MAX_SHAPES = 10_000;

interface EventRow {
  readonly offset: number;
  readonly shape: number;
  readonly facts: ArrayBuffer;
  readonly sample: string | null;
  readonly rows: ArrayBuffer | null;
}

const COLUMNS = 'event."offset" AS "offset", shape, facts, sample, rows';

export class Reader {
  readonly #kinds: Words;
  readonly #shapes: Words;
  readonly #parsed = new Map<number, Json>();
  readonly #page: Database.Statement<unknown[]>;
  readonly #latest: Database.Statement<unknown[]>;
  readonly #sample: Database.Statement<unknown[]>;
  readonly #consumer: Database.Statement<unknown[]>;

  constructor(db: Connection) {
    this.#kinds = new Words(db, 'kind');
    this.#shapes = new Words(db, 'shape');
    this.#page = db.prepare(`SELECT ${COLUMNS} FROM event WHERE "offset" > ? ORDER BY "offset" LIMIT ${PAGE_EVENTS}`);
    this.#latest = db.prepare(
      `SELECT ${COLUMNS} FROM series JOIN event ON event."offset" = series.latest ORDER BY event."offset"`,
    );
    this.#sample = db.prepare(`SELECT ${COLUMNS} FROM event WHERE sample = ? ORDER BY "offset" DESC LIMIT 1`);
    this.#consumer = db.prepare('SELECT name, "offset", state FROM consumer WHERE name = ?');
  }

  /** The next events after `offset`, of those that are still there. @throws SqliteError */
  after(offset: number): LogEntry[] {
    return (this.#page.all(offset) as EventRow[]).map((row) => this.#entry(row));
  }

  /** The newest entry of each key that has a state, by rising offset. @throws SqliteError */
  latest(): LogEntry[] {
    return (this.#latest.all() as EventRow[]).map((row) => this.#entry(row));
  }

  /** @throws SqliteError */
  partition(id: string): LogEntry | undefined {
    const row = this.#sample.get(id) as EventRow | undefined;
    return row && this.#entry(row);
  }

  /** @throws SqliteError */
  consumer(name: string): ConsumerOffset | undefined {
    const row = this.#consumer.get(name) as ConsumerOffset | undefined;
    return row && { name: row.name, offset: row.offset, state: row.state };
  }

  #entry({ offset, shape, facts, sample, rows }: EventRow): LogEntry {
    const stored = { facts: new Uint8Array(facts), sample, rows: rows && new Uint8Array(rows) };
    return new LogEntry(
      eventOf(this.#shapeOf(shape), stored, (id) => this.#kinds.text(id)),
      offset,
    );
  }

  #shapeOf(id: number): Json {
    const known = this.#parsed.get(id);
    if (known !== undefined) return known;
    if (this.#parsed.size >= MAX_SHAPES) this.#parsed.clear();
    const shape = JSON.parse(this.#shapes.text(id)) as Json;
    this.#parsed.set(id, shape);
    return shape;
  }
}
