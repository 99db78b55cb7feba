/**
 * The history in a store's file.
 *
 *     a series:   blocks, of what was thinned out | events, each sample whole        (rollup.ts says which is where)
 *                             └──────────────> lines <──────────────┘
 *
 * A step of a block counts as taken when the last of its samples was.
 */

import type Database from 'libsql';
import { maxOf, minOf } from '../../protocol/extremes.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { HistoryQuery, HistoryResult, PartitionHistory, UsageHistory } from '../../protocol/history.ts';
import { type Span, type Steps, spanOf, stepsOf } from '../history/history.ts';
import { type Group, Lines } from '../history/lines.ts';
import { partitionHistory, TOTAL } from '../history/partition-lines.ts';
import { usageHistory } from '../history/usage-lines.ts';
import { Block } from './block.ts';
import type { Connection } from './database.ts';
import { Words } from './dictionary.ts';
import { MEASURES, type SampledTopic } from './draft.ts';
import { KindIds } from './rows.ts';
import { type SampleRow, Samples } from './samples.ts';

/** One sort of sample that a store has of a target. */
export interface StoredSeries {
  readonly id: number;
  readonly topic: SampledTopic;
  readonly target: string;
  readonly isolate: string;
  readonly probe: PartitionHistory['probe'] | null;
  readonly by: string | null;
  /** The newest event that is in a block. */
  readonly rolled: number;
}

/** The samples of a series, and when they were taken. */
export interface StoredSpan extends Span {
  readonly series: StoredSeries;
  readonly samples: number;
}

interface SpanRow {
  readonly n: number;
  readonly first: number | null;
  readonly last: number | null;
}

interface BlockRow {
  readonly step: number;
  readonly header: string | null;
  readonly body: ArrayBuffer;
}

const ALL: Span = { fromMs: Number.MIN_SAFE_INTEGER, toMs: Number.MAX_SAFE_INTEGER };

export class StoredHistory {
  readonly #db: Connection;
  readonly #kinds: Words;
  readonly #reading: Samples;
  readonly #series: Database.Statement<unknown[]>;
  readonly #span: Database.Statement<unknown[]>;
  readonly #blockSpan: Database.Statement<unknown[]>;
  readonly #cutBlocks: Database.Statement<unknown[]>;
  readonly #blocks: Database.Statement<unknown[]>;
  readonly #samples: Database.Statement<unknown[]>;
  readonly #newest: Database.Statement<unknown[]>;

  constructor(db: Connection) {
    this.#db = db;
    this.#kinds = new Words(db, 'kind');
    this.#reading = new Samples(db);
    this.#series = db.prepare(
      `SELECT id, topic, target, isolate, probe, "by", rolled FROM series
       WHERE topic IN ('partition', 'usage') AND relative = 0 ORDER BY target, isolate, topic, probe, "by"`,
    );
    const events = 'FROM event INDEXED BY event_of_series WHERE series = ? AND "at" BETWEEN ? AND ? AND "offset" > ?';
    this.#span = db.prepare(`SELECT count(*) AS n, min("at") AS first, max("at") AS last ${events}`);
    this.#samples = db.prepare(`SELECT "at", aged, shape, facts, rows ${events} ORDER BY "at", "offset"`);
    this.#newest = db.prepare(
      `SELECT "at", aged, shape, facts, rows ${events} ORDER BY "at" DESC, "offset" DESC LIMIT 1`,
    );
    this.#blockSpan = db.prepare(
      `SELECT sum(samples) AS n, min(first) AS first, max(last) AS last FROM block
       WHERE series = ? AND first >= ? AND last <= ?`,
    );
    // those of which a part alone is asked for
    this.#cutBlocks = db.prepare(
      `SELECT step, header, body FROM block
       WHERE series = ?1 AND last >= ?2 AND first <= ?3 AND NOT (first >= ?2 AND last <= ?3)`,
    );
    this.#blocks = db.prepare(
      'SELECT step, header, body FROM block WHERE series = ? AND last >= ? AND first <= ? ORDER BY last',
    );
  }

  /** All that there is to ask for. @throws SqliteError */
  spans(): StoredSpan[] {
    return this.#atOneMoment(() =>
      (this.#series.all() as StoredSeries[]).flatMap((series) => this.#spanOf(series, ALL)),
    );
  }

  /** @throws RequestError; SqliteError */
  query(query: HistoryQuery): HistoryResult {
    return this.#atOneMoment(() => this.#answer(query));
  }

  /** What is thinned out meanwhile is neither missed nor counted twice. */
  #atOneMoment<T>(read: () => T): T {
    this.#db.exec('BEGIN');
    try {
      return read();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  #answer(query: HistoryQuery): HistoryResult {
    const { target, topic = 'partition', isolate = 'main', probe, by, stepMs } = query;
    const asked = spanOf(query);
    const spans = (this.#series.all() as StoredSeries[])
      .filter((each) => each.target === target && each.topic === topic && each.isolate === isolate)
      .filter((each) => (probe ?? each.probe) === each.probe && (by ?? each.by) === each.by)
      .flatMap((series) => this.#spanOf(series, asked));
    if (spans.length === 0) return { target, stepMs: stepMs ?? 0, partitions: [], usage: [] };
    const fromMs = minOf(spans.map((span) => span.fromMs));
    const steps = stepsOf({ fromMs, toMs: maxOf(spans.map((span) => span.toMs)) }, query);
    const histories = { partitions: topic === 'partition', usage: topic === 'usage' };
    return {
      target,
      from: new Date(fromMs).toISOString(),
      to: new Date(steps.toMs).toISOString(),
      stepMs: steps.stepMs,
      partitions: histories.partitions ? spans.map((span) => this.#partitions(span, steps, query)) : [],
      usage: histories.usage ? spans.map((span) => this.#usage(span, steps, query)) : [],
    };
  }

  #spanOf(series: StoredSeries, { fromMs, toMs }: Span): StoredSpan[] {
    const rows = [
      this.#span.get(series.id, fromMs, toMs, series.rolled) as SpanRow,
      this.#blockSpan.get(series.id, fromMs, toMs) as SpanRow,
      ...this.#cutSteps(series.id, { fromMs, toMs }),
    ].filter((row) => row.first !== null) as { n: number; first: number; last: number }[];
    if (rows.length === 0) return [];
    return [
      {
        series,
        samples: rows.reduce((sum, { n }) => sum + n, 0),
        fromMs: minOf(rows.map(({ first }) => first)),
        toMs: maxOf(rows.map(({ last }) => last)),
      },
    ];
  }

  /** The steps, inside a span, of blocks that lie in it with a part alone. */
  #cutSteps(series: number, span: Span): SpanRow[] {
    return (this.#cutBlocks.all(series, span.fromMs, span.toMs) as BlockRow[])
      .flatMap(({ step, body }) => new Block(new Uint8Array(body), step).groups)
      .filter((group) => isIn(group, span))
      .map(({ samples, lastAtMs }) => ({ n: samples, first: lastAtMs, last: lastAtMs }));
  }

  #partitions(span: StoredSpan, steps: Steps, query: HistoryQuery): PartitionHistory {
    const { series } = span;
    const { kind = '*' } = query;
    const names = this.#kinds.matching((name) => matchesGlob(kind, name));
    const wanted = new KindIds([...names.keys()]);
    const lines = new Lines<number>(steps);
    const newestBlock = this.#addBlocks(lines, span, (id) => id === TOTAL || wanted.has(id));
    for (const row of this.#rows(span)) this.#reading.addPartition(lines, row, wanted);
    const newest = this.#newest.get(series.id, span.fromMs, span.toMs, series.rolled) as SampleRow | undefined;
    const told = newest ? this.#reading.told(newest) : newestBlock;
    const estimated = new Set([...told.estimated].map((id) => names.get(id) ?? ''));
    const { isolate, probe, by } = series;
    const line = { isolate, probe: probe!, by: by!, header: told.header };
    return partitionHistory(lines, line, query, (id) => names.get(id)!, estimated);
  }

  #usage(span: StoredSpan, steps: Steps, { kind = '*' }: HistoryQuery): UsageHistory {
    const lines = new Lines<number>(steps);
    this.#addBlocks(lines, span, () => true);
    for (const row of this.#rows(span)) this.#reading.addUsage(lines, row);
    return usageHistory(lines, span.series.isolate, (gauge) => matchesGlob(kind, gauge));
  }

  #rows({ series, fromMs, toMs }: StoredSpan): SampleRow[] {
    return this.#samples.all(series.id, fromMs, toMs, series.rolled) as SampleRow[];
  }

  /** Adds what blocks know of a span, and tells what its newest one says of itself. */
  #addBlocks(
    lines: Lines<number>,
    span: StoredSpan,
    wanted: (id: number) => boolean,
  ): { header: string; estimated: readonly number[] } {
    let newest: { header: string | null; block: Block } | undefined;
    const { id, topic } = span.series;
    for (const { step, header, body } of this.#blocks.all(id, span.fromMs, span.toMs) as BlockRow[]) {
      const block = new Block(new Uint8Array(body), step);
      block.addTo(lines, MEASURES[topic], (group) => isIn(group, span), wanted);
      newest = { header, block };
    }
    return { header: newest?.header ?? '', estimated: newest?.block.estimated ?? [] };
  }
}

function isIn({ lastAtMs }: Group, { fromMs, toMs }: Span): boolean {
  return lastAtMs >= fromMs && lastAtMs <= toMs;
}
