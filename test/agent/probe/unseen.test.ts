import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { NOT_SEEN, unseen } from '../../../agent/probe/census/unseen.ts';
import { census } from '../../../agent/probe/census.ts';
import { types } from '../../../agent/probe/types.ts';
import type { Partition } from '../../../protocol/partition.ts';
import { partitionEvent } from '../../support/events.ts';
import { startTarget } from '../../support/target.ts';

const MB = 2 ** 20;
const TOTALS: Partition = partitionEvent('api', {
  probe: 'types',
  takenAt: '2026-11-22T06:00:00.000Z',
  heapUsedBytes: 100 * MB,
  count: 1_000_000,
  sizeBytes: 98 * MB,
});
const seen = (liveMb: number, over: object = {}) => ({
  ...{ count: 600_000, sizeBytes: 40 * MB, takenAt: '2026-11-22T06:00:30.000Z', liveBytes: liveMb * MB },
  ...over,
});
const row = (count: number, sizeBytes: number) => ({ kind: NOT_SEEN, count, sizeBytes, estimated: true });

test('what is not seen is the rest of the totals while the heap is the same', () => {
  for (const liveMb of [96, 100, 104]) assert.deepEqual(unseen(seen(liveMb), TOTALS), { row: row(400_000, 58 * MB) });
  assert.deepEqual(unseen(seen(100, { count: 1_000_001 }), TOTALS), {});
  const { heapUsedBytes: _, ...untold } = TOTALS;
  assert.deepEqual(unseen(seen(300), untold), { row: row(400_000, 58 * MB) });
});

test('totals of a heap that has changed a little are scaled, and those of another heap not used', () => {
  assert.deepEqual(unseen(seen(120), TOTALS), {
    row: row(600_000, Math.round(98 * MB * 1.2) - 40 * MB),
    remark: 'the heap has grown by 20 % since `types`, its totals are scaled by that',
  });
  assert.deepEqual(unseen(seen(80), TOTALS).row?.count, 200_000);
  assert.deepEqual(unseen(seen(200), TOTALS), {
    remark: 'without what is not seen: the heap has grown by 100 % since `types`',
  });
  assert.deepEqual(unseen(seen(50), TOTALS), {
    remark: 'without what is not seen: the heap has shrunk by 50 % since `types`',
  });
});

test('old totals are told to be', () => {
  const late = seen(100, { takenAt: '2026-11-22T06:03:10.000Z' });
  assert.equal(unseen(late, TOTALS).remark, 'what is not seen by `types` of 3 min before');
});

test('a census of a program that has grown since does not take what it sees from what it does not', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  const context = { target: 'api', isolate: 'main' };
  const grow = async (count: number) => {
    target.send(`grow ${count}\n`);
    await target.line(/./);
  };
  await grow(100_000);
  const totals = await types(agent, context);
  const unseenOf = async () => {
    const { rows, label = '' } = await census(agent, { ...context, totals });
    return { count: rows.find(({ kind }) => kind === NOT_SEEN)?.count, label };
  };
  const before = await unseenOf();
  assert.match(before.label, /sizes are estimates\.$/);
  // what is not seen does not grow, the rest of the totals alone would shrink by all that is seen
  await grow(20_000);
  const { count, label } = await unseenOf();
  assert.match(label, /; the heap has grown by \d\d % since `types`, its totals are scaled by that\.$/);
  assert.ok(before.count && count && Math.abs(count / before.count - 1) < 0.5, `${count} after ${before.count}`);
  await grow(100_000);
  const last = await unseenOf();
  assert.equal(last.count, undefined);
  assert.match(last.label, /; without what is not seen: the heap has grown by \d+ % since `types`\.$/);
});
