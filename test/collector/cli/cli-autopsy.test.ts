/** `heapwatch autopsy` of real processes that a collector has watched to their end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Autopsy } from '../../../collector/autopsy/autopsy.ts';
import { DEFAULT_RETENTION } from '../../../collector/config/store-config.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { runCli } from '../../support/cli.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

test('an exit after growth: the cause, the kind that grew, what was done to it, from the store and from the collector', async () => {
  await using dir = await folder();
  await using target = await startTarget('deaths', { args: ['objects', '20'] });
  await target.line(/ready/);
  const path = dir.join('hw.db');
  const config = configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}` }]);
  await using collector = await startCollector(
    { ...config, store: { path, retention: DEFAULT_RETENTION } },
    { logger: new LogLines().logger },
  );
  const client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['target'] });
  await client.next('target', ({ state }) => state === 'attached');
  for (const order of ['more', 'more', 'exit']) {
    for (const probe of ['usage', 'walk']) {
      const answer = await client.request('probe', { target: 'api', probe });
      assert.ok('result' in answer, JSON.stringify(answer));
    }
    target.send(`${order}\n`);
    if (order === 'more') await target.line(/^more$/);
  }
  const { death } = await client.next('target', (event) => event.death !== undefined);
  assert.deepEqual([death?.cause, death?.certainty], ['exit', 'certain'], death?.text);
  for (const source of [`${collector.url}#api`, `${path}#api`]) {
    const told = await runCli(['autopsy', source, '--json']);
    assert.equal(told.code, 0, told.stderr);
    const autopsy = JSON.parse(told.stdout) as Autopsy;
    assert.equal(autopsy.death?.cause, 'exit');
    const session = autopsy.kinds.find(({ name }) => name === 'Session');
    assert.ok(session && session.lastCount - session.beforeCount > 50_000, told.stdout);
    assert.ok(
      autopsy.ours.some(({ probe, times }) => probe === 'walk' && times === 3),
      told.stdout,
    );
  }
  const { stdout } = await runCli(['autopsy', path, '--target', 'api']);
  assert.match(stdout, /^api ended at .*\nit ended by itself or by a signal that it handles, with .* of RSS$/m);
  assert.match(stdout, /^ {2}heapUsed: .* to .* \(\+.*\/h\)$/m);
  await client.close();
});

test('without a target, or an end, it says so', async () => {
  await using dir = await folder();
  const path = dir.join('hw.db');
  const config = { ...configOf([]), store: { path, retention: DEFAULT_RETENTION } };
  await using collector = await startCollector(config, { logger: new LogLines().logger });
  assert.match((await runCli(['autopsy', path])).stderr, /name a target, --target NAME/);
  assert.match((await runCli(['autopsy', `${collector.url}#api`])).stdout, /^api: no end of it is stored$/m);
});
