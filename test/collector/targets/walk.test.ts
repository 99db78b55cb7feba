/** The probe `walk` in a collector: by schedule and asked for, at a price, and refused for what cannot be walked. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStopped } from '../../../agent/memory/process-state.ts';
import { readResult } from '../../../protocol/requests.ts';
import { startTestCollector } from '../../support/collector.ts';
import { startTarget } from '../../support/target.ts';

async function sessions() {
  const target = await startTarget('idle-sessions');
  await target.line(/ready/);
  return target;
}

test('walk runs as scheduled, on each isolate for one stop, and its cost is told', async () => {
  await using target = await sessions();
  const api = { name: 'api', inspect: `127.0.0.1:${target.port}`, isolates: 'all', schedule: { walk: 1_000 } } as const;
  await using running = await startTestCollector([api]);
  const main = await running.client.next('partition', ({ isolate }) => isolate === 'main');
  assert.equal(main.probe, 'walk');
  assert.ok(main.rows.some(({ kind, count }) => kind === 'Point' && count >= 12_345));
  assert.ok(main.cost!.pauseMs! > 0 && main.cost!.extraBytes === 0);
  const worker = await running.client.next('partition', ({ isolate }) => isolate === 'worker:1');
  assert.equal(worker.takenAt, main.takenAt);
  assert.equal(worker.cost, undefined);
  assert.ok(worker.rows.some(({ kind, count }) => kind === 'Job' && count >= 700));
  const footprint = await running.client.next('footprint', ({ cause }) => cause === 'walk');
  assert.equal(footprint.pauseMs, main.cost!.pauseMs);
  assert.ok(!isStopped(target.pid));
});

test('walk is asked for at its price, inside the limits', async () => {
  await using target = await sessions();
  const api = { name: 'api', inspect: `127.0.0.1:${target.port}` };
  await using running = await startTestCollector([api]);
  const { client } = running;
  await client.next('target', ({ state }) => state === 'attached');
  const prices = await client.request('prices', { target: 'api' });
  assert.ok('result' in prices, JSON.stringify(prices));
  const price = readResult('prices', prices.result).prices.find(({ probe }) => probe === 'walk');
  assert.equal(price?.verdict, 'fits');
  assert.equal(price?.forecast.extraBytes, 0);
  const answer = await client.request('probe', { target: 'api', probe: 'walk' });
  assert.ok('result' in answer, JSON.stringify(answer));
  const partition = await client.next('partition', ({ probe }) => probe === 'walk');
  assert.equal(partition.by, 'kind');
});

test('what cannot be walked is refused, and counted by type where that was scheduled', async () => {
  await using target = await sessions();
  const api = { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { walk: 1_000 } };
  await using running = await startTestCollector([api], {
    walkObstacle: async () => 'Cannot walk its heap: elsewhere',
  });
  const { client } = running;
  const refused = await client.next('probe', ({ phase }) => phase === 'refused');
  assert.match(JSON.stringify(refused), /Cannot walk its heap: elsewhere/);
  const partition = await client.next('partition', () => true);
  assert.equal(partition.probe, 'types');
  const prices = await client.request('prices', { target: 'api' });
  assert.ok('result' in prices);
  assert.ok(!readResult('prices', prices.result).prices.some(({ probe }) => probe === 'walk'));
});
