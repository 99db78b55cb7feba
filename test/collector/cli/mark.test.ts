/** Phases: marks as requests, as events, and as a command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { startTestCollector } from '../../support/collector.ts';

const NOBODY = '127.0.0.1:1';

test('a mark is an event of every target that it is for', async (t) => {
  const targets = ['api-1', 'api-2', 'worker'].map((name) => ({ name, inspect: NOBODY }));
  await using collector = await startTestCollector(targets);
  const { client, url } = collector;

  await t.test('by request, of those that match', async () => {
    const answer = await client.request('mark', { label: 'load test', targets: ['api*'] });
    assert.ok('result' in answer, JSON.stringify(answer));
    const { at } = answer.result;
    assert.deepEqual(answer.result, { targets: ['api-1', 'api-2'], at });
    for (const target of ['api-1', 'api-2']) {
      const { offset, ...event } = await client.next('mark');
      assert.deepEqual(event, { type: 'mark', target, label: 'load test', at });
      assert.ok(offset > 0);
    }
  });

  await t.test('by the command, of all', async () => {
    const { code, stdout } = await runCli(['mark', url, 'deploy 41']);
    assert.equal(code, 0);
    assert.match(stdout, /^\S+ deploy 41: api-1, api-2, worker\n$/);
    const marked = [await client.next('mark'), await client.next('mark'), await client.next('mark')];
    assert.deepEqual(
      marked.map(({ target, label }) => `${target} ${label}`),
      ['api-1 deploy 41', 'api-2 deploy 41', 'worker deploy 41'],
    );
  });

  await t.test('the newest of each target is its state', async () => {
    await client.subscribe({ id: 'late', topics: ['mark'], targets: ['api-1'] });
    const { label, replay } = await client.next('mark');
    assert.deepEqual({ label, replay }, { label: 'deploy 41', replay: true });
  });

  await t.test('of no target it is refused', async () => {
    const answer = await client.request('mark', { label: 'x', targets: ['db*'] });
    assert.ok('error' in answer);
    assert.deepEqual(answer.error, { code: 'unknown-target', message: 'Cannot mark "x": no target matches db*' });
  });
});
