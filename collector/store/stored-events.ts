/** What happened to a target beside its samples, from a store's file. */
import type Database from 'libsql';
import type { StreamEvent } from '../../protocol/events.ts';
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import { DEFAULT_EVENTS, HAPPENINGS, happenings, isHappening } from '../history/happenings.ts';
import { spanOf } from '../history/history.ts';
import type { Connection } from './database.ts';
import { Words } from './dictionary.ts';
import { type Json, unfold } from './facts.ts';

interface EventRow {
  readonly offset: number;
  readonly shape: number;
  readonly facts: ArrayBuffer;
}

export class StoredEvents {
  readonly #shapes: Words;
  readonly #newest: Database.Statement<unknown[]>;

  constructor(db: Connection) {
    this.#shapes = new Words(db, 'shape');
    this.#newest = db.prepare(
      `SELECT event."offset", shape, facts
       FROM series JOIN event INDEXED BY event_of_series ON event.series = series.id
       WHERE topic = ?1 AND target = ?2 AND "at" BETWEEN ?3 AND ?4
       ORDER BY event."offset" DESC LIMIT ?5`,
    );
  }

  /** @throws RequestError; SqliteError */
  query({ target, limit = DEFAULT_EVENTS, ...span }: EventsQuery): EventsResult {
    const { fromMs, toMs } = spanOf(span);
    const rows = Object.keys(HAPPENINGS).flatMap((topic) =>
      (this.#newest.all(topic, target, fromMs, toMs, limit) as EventRow[]).reverse(),
    );
    return happenings(
      rows.map((row) => this.#eventOf(row)).filter((event) => isHappening(event)),
      limit,
    );
  }

  #eventOf({ offset, shape, facts }: EventRow): StreamEvent {
    const event = unfold(JSON.parse(this.#shapes.text(shape)) as Json, new Uint8Array(facts));
    return { ...(event as unknown as StreamEvent), offset };
  }
}
