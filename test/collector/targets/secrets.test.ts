/** A census of the secrets of a live target: counted where its pages are read, watched by a rule and a metric, shown nowhere. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Rule } from '../../../collector/config/rule.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const KEYS = Array.from({ length: 7 }, (_, i) => `AKIA${'QWERTYUIOPASDFG'}${i}`);
const RULE: Rule = {
  name: 'KeysInHeap',
  group: null,
  targets: ['*'],
  watch: { type: 'kind', glob: 'AWS *', measure: 'count', probe: 'walk', by: 'secret' },
  isolates: 'each',
  when: { type: 'above', value: 5 },
  forMs: 0,
  keepFiringForMs: 0,
  labels: {},
  annotations: {},
  escalate: null,
  notify: [],
  warmUpMs: 0,
  maxSeries: 10,
  off: false,
};

it('secrets in strings of a target are counted by what they look like, and never leave it', async () => {
  await using target = await startTarget('secret-keys', { args: KEYS.map((key) => Buffer.from(key).toString('hex')) });
  await target.line(/ready/);
  const logs = new LogLines();
  const config = {
    ...configOf([
      { name: 'api', inspect: `127.0.0.1:${target.port}`, by: ['kind', 'secret'], schedule: { walk: 500 } },
    ]),
    alerts: [RULE],
  };
  await using collector = await startCollector(config, { logger: logs.logger });
  await using client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['partition', 'alert', 'probe'] });
  const partition = await client.next('partition', ({ by }) => by === 'secret');
  assert.equal(partition.probe, 'walk');
  const row = partition.rows.find(({ kind }) => kind === 'AWS access key');
  assert.ok(row!.count >= KEYS.length, `${row?.count} keys`);
  assert.equal((await client.next('partition', ({ by }) => by === 'kind')).probe, 'walk');
  const alert = await client.next('alert', ({ state }) => state === 'firing');
  assert.deepEqual([alert.rule, alert.kind], ['KeysInHeap', 'AWS access key']);
  const metrics = String((await (await TestApi.of(collector.url)).get('/metrics')).body);
  assert.match(
    metrics,
    /heapwatch_kind_objects\{target="api",isolate="main",probe="walk",by="secret",kind="AWS access key"\} \d+/,
  );
  const told = JSON.stringify([partition, alert, client.drain()]) + metrics + logs.text();
  for (const key of KEYS) assert.ok(!told.includes(key));
});
