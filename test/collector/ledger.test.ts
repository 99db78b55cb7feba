import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../../collector/targets/ledger.ts';

const MINUTE_MS = 60_000;

test('sums the pauses of what ended within a time, and forgets what no budget looks back to', () => {
  const ledger = new Ledger();
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
