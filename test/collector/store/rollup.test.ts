import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import Database from 'libsql';
import { type Group, Lines } from '../../../collector/history/lines.ts';
import { Block, packBlock } from '../../../collector/store/block.ts';
import { ByteReader, ByteWriter } from '../../../collector/store/bytes.ts';
import { readColumn, writeColumn } from '../../../collector/store/column.ts';
import { openForWriting } from '../../../collector/store/database.ts';
import { Retention } from '../../../collector/store/retention.ts';
import { StoredHistory } from '../../../collector/store/stored-history.ts';
import { Writer } from '../../../collector/store/writer.ts';
import type { HistoryResult } from '../../../protocol/history.ts';
import { partitionEvent, usageEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { clocks, openLog, START_MS } from '../../support/stored-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A sample of some lines: by their ids, their figures. */
interface Sample {
  readonly atMs: number;
  readonly isWhole: boolean;
  readonly figures: ReadonlyMap<number, number>;
}

function linesOf(samples: readonly Sample[], stepMs: number): Lines<number> {
  const lines = new Lines<number>({ fromMs: 0, stepMs });
  for (const { atMs, isWhole, figures } of samples) {
    const place = lines.sample(atMs, isWhole);
    for (const [id, figure] of figures) lines.add(place, id, [figure, 10 * figure]);
  }
  return lines;
}

/** All that lines tell. */
function toldBy(lines: Lines<number>): unknown {
  const ids = lines.ids.sort((a, b) => a - b);
  return { samples: lines.samples, groups: lines.groups, points: ids.map((id) => [id, lines.points(id)]) };
}

function throughBlock(lines: Lines<number>, stepMs: number, into: Lines<number>): void {
  const all = () => true;
  new Block(packBlock({ lines, stepMs, estimated: new Set() }), stepMs).addTo(into, 2, all, all);
}

const arbitrarySamples = fc.uniqueArray(fc.nat(100 * HOUR_MS), { maxLength: 60 }).chain((instants) =>
  fc.tuple(
    ...instants.map((atMs) =>
      fc.record({
        atMs: fc.constant(atMs),
        isWhole: fc.boolean(),
        figures: fc
          .uniqueArray(fc.tuple(fc.nat(6), fc.nat(2 ** 40)), { selector: ([id]) => id })
          .map((entries) => new Map(entries)),
      }),
    ),
  ),
);

describe('blocks', () => {
  it('tell of the steps that were put in what the samples told', () => {
    fc.assert(
      fc.property(arbitrarySamples, (samples) => {
        const direct = linesOf(samples, HOUR_MS);
        const back = new Lines<number>({ fromMs: 0, stepMs: HOUR_MS });
        throughBlock(direct, HOUR_MS, back);
        assert.deepEqual(toldBy(back), toldBy(direct));
      }),
    );
  });

  it('put together, in any order, are as good as the samples for longer steps', () => {
    fc.assert(
      fc.property(arbitrarySamples, fc.integer({ min: 0, max: 60 }), fc.boolean(), (samples, cut, isReversed) => {
        const sorted = samples.toSorted((a, b) => a.atMs - b.atMs);
        // at an hour's end, as retention does
        const hour = Math.floor((sorted[cut]?.atMs ?? 0) / HOUR_MS) * HOUR_MS;
        const parts = [sorted.filter(({ atMs }) => atMs < hour), sorted.filter(({ atMs }) => atMs >= hour)];
        if (isReversed) parts.reverse();
        const days = new Lines<number>({ fromMs: 0, stepMs: DAY_MS });
        for (const part of parts) throughBlock(linesOf(part, HOUR_MS), HOUR_MS, days);
        assert.deepEqual(toldBy(days), toldBy(linesOf(sorted, DAY_MS)));
      }),
    );
  });

  it('do not tell a line that they had no room for as zero', () => {
    const figures = new Map(Array.from({ length: 3_000 }, (_, id) => [id, id + 1]));
    const lines = linesOf([{ atMs: 5, isWhole: true, figures }], HOUR_MS);
    const block = new Block(packBlock({ lines, stepMs: HOUR_MS, estimated: new Set([2_999]) }), HOUR_MS);
    assert.deepEqual([block.ids.length, block.ids[0], block.estimated], [2_000, 1_000, [2_999]]);
    const [group] = block.groups as [Group];
    assert.deepEqual(group, { lastAtMs: 5, samples: 1, whole: 0, lastWholeAtMs: Number.NEGATIVE_INFINITY });
  });

  it('take any number into a column', () => {
    const numbers = fc.oneof(fc.maxSafeInteger(), fc.nat(), fc.integer(), fc.double(), fc.constant(-0));
    fc.assert(
      fc.property(fc.array(numbers), (values) => {
        const writer = new ByteWriter();
        writeColumn(writer, values);
        assert.deepEqual(readColumn(new ByteReader(writer.take()), values.length), values);
      }),
    );
  });
});

const limits = { fullMs: 6 * HOUR_MS, hourlyMs: 2 * DAY_MS, keepMs: 30 * DAY_MS };

/** A store's file with a partition and a reading every ten minutes for so many hours, and what goes over it. */
function fill(path: string, hours: number) {
  const db = openForWriting(path);
  const writer = new Writer(db);
  const events = Array.from({ length: 6 * hours }, (_, i) => {
    const takenAt = new Date(START_MS + i * 10 * MINUTE_MS).toISOString();
    const agedMs = i * 10 * MINUTE_MS;
    // a peak in each hour, in the middle of it
    const count = i % 6 === 3 ? 1_000 + i : 100;
    const rows = [{ kind: 'Session', count, sizeBytes: 10 * count }];
    const other = i % 5 === 0 ? { other: { rows: 1, count: 1, sizeBytes: 1 } } : {};
    if (i % 4 === 0) rows.push({ kind: 'Map', count: i, sizeBytes: i });
    const partition = partitionEvent('api', { takenAt, rows, count, sizeBytes: 10 * count, ...other });
    const usage = usageEvent('api', { takenAt, heapUsedBytes: count });
    return [
      { offset: 2 * i + 1, event: partition, agedMs },
      { offset: 2 * i + 2, event: usage, agedMs },
    ];
  });
  writer.write({ events: events.flat() });
  return { db, retention: () => new Retention(db, writer, limits) };
}

function historyOf(db: ReturnType<typeof openForWriting>, stepMs: number): HistoryResult[] {
  const history = new StoredHistory(db);
  const topics = ['partition', 'usage'] as const;
  // what was thinned out begins with an hour's last sample
  return topics.map((topic) => ({ ...history.query({ target: 'api', topic, stepMs }), from: '' }));
}

describe('thinning out', () => {
  it('leaves history by the hour as it was, whenever it is broken off', async () => {
    await using dir = await folder();
    const { db, retention } = fill(dir.join('heapwatch.db'), 30);
    const before = historyOf(db, HOUR_MS);
    assert.deepEqual(before[0]?.partitions[0]?.kinds[0]?.count.max.slice(0, 2), [1_003, 1_009]);
    let pieces = 0;
    for (let hour = 6; hour <= 42; hour++) {
      for (const _ of retention().run(hour * HOUR_MS)) {
        assert.deepEqual(historyOf(db, HOUR_MS), before);
        pieces++;
        // broken off at every other piece, and begun anew
        if (pieces % 2 === 0) break;
      }
    }
    for (const _ of retention().run(42 * HOUR_MS));
    assert.deepEqual(historyOf(db, HOUR_MS), before);
    assert.ok(pieces > 40, `${pieces} pieces`);
    const { n } = db.prepare('SELECT count(*) AS n FROM event').get() as { n: number };
    // a partition an hour, the latest one, and the latest reading
    assert.equal(n, 30 + 2);
    db.close();
  });

  it('leaves history by the day as it was, and ends with its blocks', async () => {
    await using dir = await folder();
    const { db, retention } = fill(dir.join('heapwatch.db'), 80);
    const before = historyOf(db, DAY_MS);
    for (const _ of retention().run(6 * DAY_MS)) assert.deepEqual(historyOf(db, DAY_MS), before);
    assert.deepEqual(historyOf(db, DAY_MS), before);
    const steps = () => db.prepare('SELECT step, count(*) AS n FROM block GROUP BY step').raw().all();
    assert.deepEqual(steps(), [[DAY_MS, 2]]);
    for (const _ of retention().run(35 * DAY_MS));
    assert.deepEqual(steps(), []);
    db.close();
  });

  it('lets a part of what was thinned out be asked for', async () => {
    await using dir = await folder();
    const { db, retention } = fill(dir.join('heapwatch.db'), 30);
    for (const _ of retention().run(42 * HOUR_MS));
    const from = new Date(START_MS + 2 * HOUR_MS).toISOString();
    const to = new Date(START_MS + 4 * HOUR_MS).toISOString();
    const result = new StoredHistory(db).query({ target: 'api', kind: 'Session', from, to, stepMs: HOUR_MS });
    assert.deepEqual(
      [result.from, result.to],
      [from, to].map((at) => new Date(Date.parse(at) + (at === from ? 50 : -10) * MINUTE_MS).toISOString()),
    );
    const [session] = result.partitions[0]!.kinds;
    assert.deepEqual(
      [session?.samples, session?.count.max],
      [
        [6, 6],
        [1_015, 1_021],
      ],
    );
    db.close();
  });
});

describe('a store of version 1', () => {
  it('is brought to this one, and nothing that it held is lost', async () => {
    await using dir = await folder();
    const golden = `${projectRoot}/test/golden/store/version-1`;
    const db = new Database(dir.join('heapwatch.db'));
    db.exec(readFileSync(`${golden}.sql`, 'utf8'));
    db.close();
    const told = JSON.parse(readFileSync(`${golden}.history.json`, 'utf8')) as Record<string, HistoryResult>;
    const time = { ...clocks(), wallMs: START_MS + DAY_MS };
    const retention = { fullMs: 6 * HOUR_MS, hourlyMs: 48 * HOUR_MS, keepMs: 96 * HOUR_MS };
    const { log } = await openLog(dir.path, time, { retention, ring: { ringEvents: 1, ringBytes: 1 } });
    await using _ = log;
    const now = () => {
      const reading = new Database(dir.join('heapwatch.db'));
      const history = new StoredHistory(reading);
      const partitions = history.query({ target: 'api', stepMs: HOUR_MS });
      const usage = history.query({ target: 'api', topic: 'usage', stepMs: HOUR_MS });
      reading.close();
      return { partitions, usage };
    };
    assert.deepEqual(now(), told);
    await log.retain();
    assert.deepEqual(now(), told);
    assert.deepEqual([log.id, log.offset], ['3b8d8f97-f655-4acc-b157-3cfd5caa2172', 77]);
    assert.deepEqual([log.holdsAfter(54), log.holdsAfter(55), log.after(55).length], [false, true, 22]);
    assert.equal(log.partition('sample-at-2')?.offset, 6);
    assert.deepEqual(log.committed('alerts'), { name: 'alerts', offset: 3, state: '{"firing":1}' });
  });
});
