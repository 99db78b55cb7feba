import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { tcpTable } from '../../../agent/process/tcp-table.ts';
import { restartKeys } from '../../../collector/main/reload.ts';
import { liveProbes } from '../../../collector/targets/probes.ts';
import type { Result } from '../../../protocol/requests.ts';
import { startCli } from '../../support/cli.ts';
import { configOf, startTestCollector } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

/** The sockets by which somebody is connected to a port of this machine, by the ports at their other ends. */
async function connectionsTo(port: number): Promise<string[]> {
  const rows = (await tcpTable()).filter(({ established, localPort }) => established && localPort === port);
  return rows.map(({ remote }) => remote).sort();
}

describe('reload', () => {
  it('leaves what is the same attached, starts anew what is not, lets go of the rest', async () => {
    await using api = await startTarget('puppet');
    await using web = await startTarget('puppet');
    await using jobs = await startTarget('puppet');
    const attaches: string[] = [];
    const attach: typeof liveProbes.attach = (inspect, options) => {
      attaches.push(inspect);
      return liveProbes.attach(inspect, options);
    };
    const schedule = { usage: 100 };
    const [apiAt, webAt, jobsAt] = [api, web, jobs].map(({ port }) => `127.0.0.1:${port}`) as [string, string, string];
    const same = { name: 'api', inspect: apiAt, schedule };
    const targets = [same, { name: 'web', inspect: webAt, schedule }];
    await using running = await startTestCollector(targets, { attach });
    const { client, collector } = running;
    for (const name of ['api', 'web']) {
      await client.next('target', ({ target }) => target === name);
      await client.next('usage', ({ target }) => target === name);
    }
    const connections = await connectionsTo(api.port);

    const changed = { name: 'web', inspect: webAt, schedule, labels: { tier: 'front' } };
    const change = await collector.reload(configOf([same, changed, { name: 'jobs', inspect: jobsAt, schedule }]));
    assert.deepEqual(change, { added: ['jobs'], changed: ['web'], removed: [], live: [], restart: [] });
    const anew = await client.next('target', ({ target, state }) => target === 'web' && state === 'attached');
    assert.deepEqual(anew.labels, { tier: 'front' });
    await client.next('usage', ({ target }) => target === 'jobs');

    const removal = await collector.reload(configOf([same]));
    assert.deepEqual(removal.removed, ['web', 'jobs']);
    const gone = await client.next('target', ({ target, state }) => target === 'jobs' && state === 'gone');
    assert.match(gone.reason ?? '', /^the collector no longer has it/);
    const left = await client.request('targets');
    assert.ok('result' in left);
    const { targets: states } = left.result as Result<'targets'>;
    assert.deepEqual(
      states.map(({ target }) => target),
      ['api'],
    );

    assert.deepEqual(attaches.sort(), [apiAt, webAt, webAt, jobsAt].sort());
    assert.deepEqual(await connectionsTo(api.port), connections);
    const last = await client.next('usage', ({ target }) => target === 'api');
    const later = await client.next('usage', ({ target, offset }) => target === 'api' && offset > last.offset);
    assert.equal(later.incarnation, last.incarnation);

    // who comes now hears of the one that is left
    await using late = await connect(running.url);
    await late.hello();
    await late.subscribe({ topics: ['target', 'usage'] });
    const told = await late.next('usage', ({ replay }) => replay === true);
    assert.equal(told.target, 'api');
  });

  it('names the keys that take a restart', () => {
    const before = configOf([]);
    const snapshots = { dir: 'snapshots', keep: 10 };
    const wanted = { ...configOf([]), listen: { host: '127.0.0.1', port: 1 }, snapshots };
    assert.deepEqual(restartKeys(before, before), []);
    assert.deepEqual(restartKeys(before, wanted), ['listen', 'store.snapshots']);
  });

  it('reads its file at SIGHUP, and goes on with the old one where the new one is refused', async () => {
    await using api = await startTarget('puppet');
    await using web = await startTarget('puppet');
    await using dir = await folder();
    const path = dir.join('heapwatch.yaml');
    const schedule = 'schedule: { usage: 100ms, sampling: false, types: false }';
    const targetOf = (name: string, { port }: { port: number }) => `  - { name: ${name}, inspect: ${port} }`;
    const textOf = (...targets: string[]) => ['listen: 127.0.0.1:0', schedule, 'targets:', ...targets, ''].join('\n');
    await writeFile(path, textOf(targetOf('api', api)));
    const cli = startCli(['collect', '--config', path]);
    try {
      const [, url] = await cli.said(/"url":"(ws:[^"]+)"/);
      await cli.said(/"target":"api","incarnation"/);

      await writeFile(path, textOf(targetOf('api', api), '  - { nam: web }'));
      cli.process.kill('SIGHUP');
      const [refused] = await cli.said(
        /"problems":\[.*\],"msg":"configuration refused: the previous one stays in force"/,
      );
      assert.match(refused, /heapwatch\.yaml:5:7: unknown key \\"nam\\"; did you mean \\"name\\"\?/);

      await writeFile(path, textOf(targetOf('api', api), targetOf('web', web), 'stream: { maxClients: 9 }'));
      cli.process.kill('SIGHUP');
      await cli.said(/"added":\["web"\],"changed":\[\],"removed":\[\],"msg":"configuration reloaded"/);
      await cli.said(/"keys":\["stream"\],"msg":"these keys need a restart of the collector"/);
      await cli.said(/"target":"web","incarnation"/);
      await using client = await connect(url!);
      await client.hello();
      await client.subscribe({ topics: ['usage'] });
      for (const name of ['api', 'web']) await client.next('usage', ({ target }) => target === name);
    } finally {
      cli.process.kill('SIGTERM');
    }
    const { stderr, code } = await cli.result;
    assert.equal(code, 143);
    assert.equal(stderr.match(/"target":"api","incarnation"/g)?.length, 1, 'api was attached to once');
  });
});
