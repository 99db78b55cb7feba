/** One prober a process, one judge: taken over when a member is killed, and never two at once. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { startCli } from '../../support/cli.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { hasNats, type Nats, startNats } from '../../support/nats.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

const TAKEN_OVER_MS = 15_000;

describe('leases of a fleet', { skip: hasNats ? false : 'no nats-server here', timeout: 120_000 }, () => {
  let nats: Nats;
  let target: Target;
  let dir: Folder;

  before(async () => {
    [nats, target, dir] = await Promise.all([startNats(), startTarget('puppet'), folder()]);
  });
  after(async () => {
    await target[Symbol.asyncDispose]();
    await nats[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  /** `heapwatch agent` or `collect` with this configuration, until it has said that it runs. */
  async function start(command: 'agent' | 'collect', name: string, config: object) {
    const path = dir.join(`${name}.json`);
    await writeFile(path, JSON.stringify(config));
    const cli = startCli([command, '--config', path]);
    const [, url = ''] = await cli.said(command === 'agent' ? /agent started/ : /"url":"(ws[^"]+)"/);
    const kill = async () => {
      cli.process.kill('SIGKILL');
      await cli.result;
    };
    return { cli, url, kill, [Symbol.asyncDispose]: kill };
  }

  const fleet = (name: string, stream: string) => ({ nats: { servers: nats.url }, name, stream });

  it('lets one of two agents probe a process, and the other within 15 s of its end by kill -9', async () => {
    const config = (name: string) => ({
      fleet: fleet(name, 'probing'),
      targets: [{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: '100ms' } }],
      schedule: { sampling: false, types: false, memory: false },
    });
    await using one = await start('agent', 'one', config('one'));
    await using collector = await start('collect', 'c', {
      listen: 0,
      fleet: fleet('c', 'probing'),
      targets: [],
      discover: [{ ports: '1-1' }],
    });
    await using client = await connect(collector.url);
    await client.hello();
    await client.subscribe({ topics: ['usage', 'target'] });
    assert.equal((await client.next('usage')).target, 'api@one');
    await using _two = await start('agent', 'two', config('two'));
    const { reason } = await client.next('target', (event) => event.target === 'api@two' && event.state === 'gone');
    assert.equal(reason, 'another agent of the fleet watches this process');
    const alone = client.drain().filter((frame) => frame.type === 'usage' && frame.target === 'api@two');
    assert.deepEqual(alone, []);

    const killedAtMs = performance.now();
    await one.kill();
    await client.next('usage', (event) => event.target === 'api@two');
    const tookMs = performance.now() - killedAtMs;
    assert.ok(tookMs < TAKEN_OVER_MS, `taken over after ${tookMs} ms`);
    const gone = await client.next('target', (event) => event.target === 'api@one' && event.state === 'gone');
    assert.equal(gone.reason, 'its agent "one" is not heard of any more');
  });

  it('asks the target of an agent for a probe, by any collector', async () => {
    await using _agent = await start('agent', 'asked', {
      fleet: fleet('asked', 'asking'),
      targets: [{ name: 'api', inspect: `127.0.0.1:${target.port}` }],
      schedule: { usage: false, sampling: false, types: false, memory: false },
    });
    const none = { listen: 0, targets: [], discover: [{ ports: '1-1' }] };
    await using collector = await start('collect', 'd', { ...none, fleet: fleet('d', 'asking') });
    await using client = await connect(collector.url);
    await client.hello();
    await client.subscribe({ topics: ['target', 'partition'] });
    await client.next('target', ({ state }) => state === 'attached');
    const { result, error } = (await client.request('probe', { target: 'api@asked', probe: 'types' })) as never as {
      result?: { partitions: string[] };
      error?: unknown;
    };
    assert.equal(error, undefined);
    const { id } = await client.next('partition');
    assert.equal(result?.partitions[0], id);
  });

  it('has one collector judge and tell, and the other go on within 15 s of its end, each alert told once', async () => {
    await using hook = await startWebhookServer();
    const config = (name: string) => ({
      listen: 0,
      fleet: fleet(name, 'judging'),
      targets: [],
      discover: [{ ports: '1-1' }],
      alerts: [
        { name: 'Heap', watch: { usage: 'heapUsed' }, when: { above: '1B' }, notify: ['hook'] },
        { name: 'Rss', watch: { usage: 'rss' }, when: { above: '10GB' }, notify: ['hook'] },
      ],
      evidence: { perHour: 0, between: '0s' },
      notify: { hook: { webhook: hook.url } },
    });
    const watched = (name: string) => ({
      fleet: fleet(name, 'judging'),
      targets: [{ name: 'api', inspect: `127.0.0.1:${target.port}` }],
      schedule: { usage: '200ms', sampling: false, types: false, memory: false },
    });
    const first = await start('collect', 'e', config('e'));
    await first.cli.said(/this collector judges the rules/);
    await using second = await start('collect', 'f', config('f'));
    await using _agent = await start('agent', 'judged', watched('judged'));
    const [told] = await hook.received(1);
    await using client = await connect(second.url);
    await client.hello();
    await client.subscribe({ topics: ['alert'] });
    assert.equal((await client.next('alert')).rule, 'Heap');
    const { 'heapwatch-fence': fence } = told!.headers;
    // whoever is asked, the one that judges silences
    const matchers = { matchers: { alertname: 'Rss' }, forMs: 60_000, comment: 'a test' };
    assert.deepEqual(Object.keys((await client.request('silence', matchers, 's1')) as object).sort(), [
      'id',
      'result',
      'type',
    ]);

    const killedAtMs = performance.now();
    await first.kill();
    await second.cli.said(/this collector judges the rules/);
    const tookMs = performance.now() - killedAtMs;
    assert.ok(tookMs < TAKEN_OVER_MS, `taken over after ${tookMs} ms`);
    // the one that fires goes on as it is
    const { result } = (await client.request('alerts', {}, 'q')) as never as {
      result: { alerts: { state: string }[] };
    };
    assert.deepEqual(
      result.alerts.filter(({ state }) => state !== 'firing'),
      [],
    );
    const firing = hook.posted.filter(({ headers }) => headers['idempotency-key']?.includes('/firing'));
    assert.equal(new Set(firing.map(({ headers }) => headers['idempotency-key'])).size, 1);
    assert.ok(Number(fence) > 0);
  });
});
