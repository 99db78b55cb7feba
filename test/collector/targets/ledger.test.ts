import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deaths } from '../../../collector/targets/deaths.ts';
import { Ledger } from '../../../collector/targets/ledger.ts';

const MINUTE_MS = 60_000;

test('sums the pauses of what ended within a time, and forgets what no budget looks back to', () => {
  const ledger = new Ledger('api', new Deaths());
  const enter = (atMs: number, pauseMs: number) =>
    ledger.enter({ isolate: 'main', cause: 'types', fromMs: atMs - pauseMs, toMs: atMs, pauseMs });
  enter(10 * MINUTE_MS, 100);
  enter(50 * MINUTE_MS, 200);
  enter(60 * MINUTE_MS, 300);
  const spentMs = (perMs: number) => ledger.spentMs(60 * MINUTE_MS, perMs);
  assert.deepEqual([spentMs(MINUTE_MS), spentMs(11 * MINUTE_MS), spentMs(60 * MINUTE_MS)], [300, 500, 600]);
  enter(26 * 60 * MINUTE_MS, 1);
  assert.equal(ledger.spentMs(26 * 60 * MINUTE_MS, 100 * 60 * MINUTE_MS), 1);
});

test('after the clock was set back by hours, a budget is not spent until it has caught up', () => {
  const ledger = new Ledger('api', new Deaths());
  const enter = (toMs: number, pauseMs: number) =>
    ledger.enter({ isolate: 'main', cause: 'types', fromMs: toMs - pauseMs, toMs, pauseMs });
  enter(600 * MINUTE_MS, 100);
  assert.equal(ledger.spentMs(600 * MINUTE_MS - 1, 60 * MINUTE_MS), 100);
  assert.equal(ledger.spentMs(300 * MINUTE_MS, 60 * MINUTE_MS), 0);
  enter(300 * MINUTE_MS, 20);
  assert.equal(ledger.spentMs(301 * MINUTE_MS, 60 * MINUTE_MS), 20);
});

test('what a target of a group died of is known to all of it, until somebody has survived it', () => {
  const deaths = new Deaths();
  const [one, other] = [new Ledger('api-1', deaths), new Ledger('api-2', deaths)];
  const snapshot = (toMs: number, fatal?: true) =>
    ({ isolate: 'main', cause: 'snapshot', fromMs: toMs, toMs, pauseMs: 1, ...(fatal && { fatal }) }) as const;
  one.recall([snapshot(10), snapshot(20, true)]);
  one.recall([snapshot(30)]);
  assert.deepEqual([other.death('snapshot'), other.death('census')], [{ target: 'api-1', atMs: 20 }, undefined]);
  assert.equal(one.spentMs(20, 100), 2);
  // one that was survived before it does not count, whoever is known later
  other.recall([snapshot(15)]);
  assert.ok(other.death('snapshot'));
  other.enter(snapshot(40));
  assert.equal(one.death('snapshot'), undefined);
});
