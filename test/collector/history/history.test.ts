import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LogHistory } from '../../../collector/history/log-history.ts';
import { RingHistory } from '../../../collector/history/ring-history.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { HistoryStore } from '../../../collector/store/history-store.ts';
import type { HistoryQuery, PartitionHistory } from '../../../protocol/history.ts';
import type { PartitionsQuery } from '../../../protocol/partitions.ts';
import { readResult } from '../../../protocol/requests.ts';
import { alertEvent, markEvent, partitionEvent, targetEvent, usageEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { openLog, START_MS } from '../../support/stored-log.ts';

const MINUTE_MS = 60_000;
const at = (minutes: number) => new Date(START_MS + minutes * MINUTE_MS).toISOString();

/** A partition whose rows are `{ Session: 3 }`, of 10 bytes an object. */
function sample(minutes: number, counts: Record<string, number>, whole = true) {
  const rows = Object.entries(counts).map(([kind, count]) => ({ kind, count, sizeBytes: 10 * count }));
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  return partitionEvent('api', {
    takenAt: at(minutes),
    rows,
    count,
    sizeBytes: 10 * count,
    ...(!whole && { other: { rows: 1, count: 0, sizeBytes: 0 } }),
  });
}

const EVENTS = [
  sample(0, { Session: 3, Map: 1 }),
  usageEvent('api', { takenAt: at(0), heapUsedBytes: 100 }),
  sample(1, { Session: 5 }),
  partitionEvent('api', { takenAt: at(1), by: 'module' }),
  partitionEvent('web', { takenAt: at(1) }),
  sample(10, { Session: 2, Map: 9 }, false),
  usageEvent('api', { takenAt: at(11), heapUsedBytes: 300 }),
  sample(12, { Session: 7 }, false),
];

describe('history', () => {
  it('tells kinds and totals by step: smallest, mean, largest, last', async () => {
    const log = new RingLog({ ringEvents: 100, ringBytes: 1_000_000 });
    for (const event of EVENTS) log.append(event);
    const query: HistoryQuery = { target: 'api', by: 'kind', stepMs: 10 * MINUTE_MS };
    const result = await new LogHistory(log).query(query);
    assert.deepEqual(readResult('history', result), result);
    const [history] = result.partitions;
    assert.deepEqual([result.from, result.to, history?.samples, result.partitions.length], [at(0), at(12), 4, 1]);
    assert.deepEqual(history?.total.count, { min: [4, 7], mean: [4.5, 9], max: [5, 11], last: [5, 7] });
    const [map, session] = history?.kinds ?? [];
    assert.deepEqual([session?.kind, session?.at, session?.samples], ['Session', [at(0), at(10)], [2, 2]]);
    assert.deepEqual(session?.count, { min: [3, 2], mean: [4, 4.5], max: [5, 7], last: [5, 7] });
    // none at minute 1, where nothing was left out; not known at minute 12
    assert.deepEqual([map?.samples, map?.count], [[2, 1], { min: [0, 9], mean: [0.5, 9], max: [1, 9], last: [0, 9] }]);
  });

  it('tells many kinds as lines over one axis, page by page', async () => {
    const log = new RingLog({ ringEvents: 100, ringBytes: 1_000_000 });
    for (const event of EVENTS) log.append(event);
    const query: HistoryQuery = { target: 'api', by: 'kind', lines: true, stepMs: MINUTE_MS };
    const history = new LogHistory(log);
    const result = await history.query(query);
    assert.deepEqual(readResult('history', result), result);
    const [{ kinds, lines, omitted }] = result.partitions as [PartitionHistory];
    assert.deepEqual([kinds, omitted, lines?.at], [[], 0, [at(0), at(1), at(10), at(12)]]);
    const [map, session] = lines?.kinds ?? [];
    assert.deepEqual([map?.kind, map?.count], ['Map', { min: 0, max: 9, last: [1, 0, 9, null] }]);
    assert.deepEqual([session?.kind, session?.sizeBytes], ['Session', { min: 20, max: 70, last: [30, 50, 20, 70] }]);
    const pages = await Promise.all([0, 1].map((skip) => history.query({ ...query, limit: 1, skip })));
    assert.deepEqual(
      pages.flatMap(({ partitions }) => partitions.flatMap((page) => page.lines?.kinds ?? [])),
      lines?.kinds,
    );
    assert.deepEqual(
      pages.map(({ partitions }) => partitions[0]?.omitted),
      [1, 0],
    );
  });

  it('has no more steps than were asked for', async () => {
    const log = new RingLog({ ringEvents: 100, ringBytes: 1_000_000 });
    for (const event of EVENTS) log.append(event);
    const { stepMs, partitions } = await new LogHistory(log).query({ target: 'api', by: 'kind', steps: 3 });
    assert.deepEqual([stepMs, partitions[0]?.total.at], [5 * MINUTE_MS, [at(0), at(10)]]);
  });

  it('is the same from a file as from memory', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    const ring = new RingLog({ ringEvents: 100, ringBytes: 1_000_000 });
    for (const event of EVENTS) {
      log.append(event);
      ring.append(event);
    }
    await log.settled();
    await using stored = new HistoryStore(dir.join('heapwatch.db'));
    await using inMemory = new RingHistory(ring);
    const queries: HistoryQuery[] = [
      { target: 'api' },
      { target: 'api', kind: 'Ses*', stepMs: MINUTE_MS },
      { target: 'api', limit: 1 },
      { target: 'api', lines: true, steps: 2, skip: 1 },
      { target: 'api', probe: 'types' },
      { target: 'api', from: at(1), to: at(10) },
      { target: 'api', topic: 'usage', kind: 'heap*' },
      { target: 'nobody' },
    ];
    for (const query of queries) assert.deepEqual(await stored.query(query), await inMemory.query(query));
  });

  it('lists what is stored, newest first, from a file as from memory', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    const ring = new RingLog({ ringEvents: 100, ringBytes: 1_000_000 });
    for (const event of EVENTS) {
      log.append(event);
      ring.append(event);
    }
    await log.settled();
    await using stored = new HistoryStore(dir.join('heapwatch.db'));
    await using inMemory = new RingHistory(ring);
    const listed = await stored.partitions({ target: 'api', by: 'kind', from: at(1), limit: 2 });
    assert.deepEqual(readResult('partitions', listed), listed);
    assert.deepEqual(
      listed.partitions.map(({ takenAt, count }) => [takenAt, count]),
      [
        [at(12), 7],
        [at(10), 11],
      ],
    );
    assert.equal(listed.omitted, 1);
    assert.equal('rows' in listed.partitions[0]! || 'other' in listed.partitions[0]!, false);
    const queries: PartitionsQuery[] = [
      { target: 'api' },
      { target: 'api', by: 'module' },
      { target: 'api', probe: 'types' },
      { target: 'api', to: at(1), limit: 1 },
      { target: 'nobody' },
    ];
    for (const query of queries) assert.deepEqual(await stored.partitions(query), await inMemory.partitions(query));
  });

  it('tells what happened beside the samples, the same from a file as from memory', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    const ring = new RingLog({ ringEvents: 100, ringBytes: 1_000_000 });
    const happened = [
      targetEvent('api', { at: at(0), incarnation: 'pid 1' }),
      ...[1, 2, 3].map((minute) => ({ ...markEvent('api', `phase ${minute}`), at: at(minute) })),
      { ...markEvent('web', 'other'), at: at(1) },
      alertEvent('api', { at: at(2) }),
      targetEvent('api', { at: at(3), incarnation: 'pid 2' }),
    ];
    for (const event of [...happened, ...EVENTS]) {
      log.append(event);
      ring.append(event);
    }
    await log.settled();
    await using stored = new HistoryStore(dir.join('heapwatch.db'));
    await using inMemory = new RingHistory(ring);
    const queries = [{ target: 'api' }, { target: 'api', limit: 2 }, { target: 'api', from: at(2), to: at(2) }];
    for (const query of queries) {
      const result = await inMemory.events(query);
      assert.deepEqual(await stored.events(query), result);
      assert.deepEqual(readResult('events', result), result);
    }
    const { marks, targets, alerts } = await stored.events({ target: 'api', limit: 2 });
    assert.deepEqual(
      marks.map(({ label }) => label),
      ['phase 2', 'phase 3'],
    );
    assert.deepEqual([targets.map(({ incarnation }) => incarnation), alerts.length], [['pid 1', 'pid 2'], 1]);
  });

  it('refuses a span that ends before it begins, and steps without end', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    for (const event of EVENTS) log.append(event);
    await log.settled();
    await using history = new HistoryStore(dir.join('heapwatch.db'));
    const code = 'bad-params';
    await assert.rejects(history.query({ target: 'api', from: at(2), to: at(1) }), { code });
    await assert.rejects(history.partitions({ target: 'api', from: at(2), to: at(1) }), { code });
    await assert.rejects(history.query({ target: 'api', stepMs: 1 }), {
      code,
      message: /720000 steps of 1 ms, at most 20000/,
    });
  });
});
