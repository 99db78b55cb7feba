/** The partitions in a store's file, without their rows. What was thinned out is not among them. */
import type Database from 'libsql';
import type { PartitionEvent } from '../../protocol/events.ts';
import type { PartitionHead, PartitionsQuery, PartitionsResult } from '../../protocol/partitions.ts';
import { spanOf } from '../history/history.ts';
import { DEFAULT_HEADS, headOf } from '../history/partition-heads.ts';
import type { Connection } from './database.ts';
import { Words } from './dictionary.ts';
import { type Json, unfold } from './facts.ts';

interface HeadRow {
  readonly shape: number;
  readonly facts: ArrayBuffer;
  readonly sample: string;
}

const WANTED = `
  FROM series JOIN event INDEXED BY event_of_series ON event.series = series.id
  WHERE topic = 'partition' AND relative = 0 AND target = ?1 AND isolate = ?2
    AND (?3 IS NULL OR probe = ?3) AND (?4 IS NULL OR "by" = ?4) AND "at" BETWEEN ?5 AND ?6`;

export class StoredPartitions {
  readonly #shapes: Words;
  readonly #count: Database.Statement<unknown[]>;
  readonly #newest: Database.Statement<unknown[]>;

  constructor(db: Connection) {
    this.#shapes = new Words(db, 'shape');
    this.#count = db.prepare(`SELECT count(*) AS n ${WANTED}`);
    // in the order of partition-heads.ts
    this.#newest = db.prepare(
      `SELECT shape, facts, sample ${WANTED} ORDER BY "at" DESC, probe, "by", event."offset" DESC LIMIT ?7`,
    );
  }

  /** @throws RequestError; SqliteError */
  query(query: PartitionsQuery): PartitionsResult {
    const { target, isolate = 'main', probe = null, by = null, limit = DEFAULT_HEADS } = query;
    const { fromMs, toMs } = spanOf(query);
    const wanted = [target, isolate, probe, by, fromMs, toMs];
    const { n } = this.#count.get(...wanted) as { n: number };
    const partitions = (this.#newest.all(...wanted, limit) as HeadRow[]).map((row) => this.#headOf(row));
    // one may have come between the two questions
    return { partitions, omitted: Math.max(0, n - partitions.length) };
  }

  #headOf({ shape, facts, sample }: HeadRow): PartitionHead {
    const event = unfold(JSON.parse(this.#shapes.text(shape)) as Json, new Uint8Array(facts));
    // its id is in a column of its own
    return headOf({ ...(event as unknown as PartitionEvent), id: sample });
  }
}
