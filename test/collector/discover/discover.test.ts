import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { DEFAULT_LIMITS } from '../../../agent/price/limits.ts';
import { takeCheckpoint } from '../../../agent/probe/checkpoint.ts';
import { Inspectors, programOf } from '../../../agent/process/inspectors.ts';
import { type Config, readConfig } from '../../../collector/config/config.ts';
import type { DiscoverConfig } from '../../../collector/config/discover-config.ts';
import { parsePorts } from '../../../collector/config/ports.ts';
import type { FoundConfig } from '../../../collector/config/target-config.ts';
import { discoveredName } from '../../../collector/discover/discovered-target.ts';
import { readSdText } from '../../../collector/discover/sd-text.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { runCli } from '../../support/cli.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

const FOUND: FoundConfig = {
  labels: { site: 'here' },
  by: ['kind'],
  rows: 10,
  isolates: 'main',
  samplingIntervalBytes: 65_536,
  schedule: { usage: 100 },
  limits: DEFAULT_LIMITS,
};

function discover(source: DiscoverConfig['source'], over: Partial<DiscoverConfig> = {}): DiscoverConfig {
  return { source, everyMs: 100, forgetAfterMs: 600_000, limit: 1_000, target: FOUND, ...over };
}

function portsOf(...targets: Target[]): DiscoverConfig['source'] {
  const ports = targets.map(({ port }) => port);
  return { type: 'ports', host: '127.0.0.1', first: Math.min(...ports), last: Math.max(...ports) };
}

interface Running extends AsyncDisposable {
  readonly client: StreamClient;
  readonly logs: LogLines;
  reload(config: Partial<Config>): Promise<unknown>;
}

async function start(config: Partial<Config>): Promise<Running> {
  const logs = new LogLines();
  const whole = (part: Partial<Config>) => ({ ...configOf([]), ...part });
  const collector = await startCollector(whole(config), { logger: logs.logger, random: () => 0.2 });
  const client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['target', 'usage'] });
  return {
    client,
    logs,
    reload: (part) => collector.reload(whole(part)),
    async [Symbol.asyncDispose]() {
      await client.close();
      await collector.close();
    },
  };
}

describe('discovery', () => {
  it('finds inspectors in a range of ports, and forgets one that stays away', async () => {
    await using api = await startTarget('puppet');
    const entry = discover(portsOf(api), { name: 'api', forgetAfterMs: 0 });
    await using running = await start({ discover: [entry] });
    const name = `api@${api.port}`;
    const { inspect, labels, pid } = await running.client.next('target', ({ state }) => state === 'attached');
    assert.deepEqual(
      { inspect, labels, pid },
      { inspect: `127.0.0.1:${api.port}`, labels: { site: 'here' }, pid: api.pid },
    );
    await running.client.next('usage', ({ target }) => target === name);
    api.kill('SIGKILL');
    await running.client.next('target', ({ target, reason = '' }) => target === name && /no longer/.test(reason));
    const answer = await running.client.request('targets');
    assert.ok('result' in answer);
    assert.deepEqual(answer.result, { targets: [] });
  });

  it('follows the files of a service discovery as they are written', async () => {
    await using api = await startTarget('puppet');
    await using web = await startTarget('puppet');
    await using dir = await folder();
    await mkdir(dir.join('targets'));
    // as those who write such files should: whole, by a rename
    const write = async (name: string, groups: unknown) => {
      const text = typeof groups === 'string' ? groups : JSON.stringify(groups);
      await writeFile(dir.join('next'), text);
      await rename(dir.join('next'), dir.join(`targets/${name}`));
    };
    const address = ({ port }: Target) => `127.0.0.1:${port}`;
    const labels = { service: 'api', __heapwatch_name__: 'api', __heapwatch_max_pause__: '7s', __other: 'x' };
    await write('a.json', [{ targets: [address(api)], labels }]);
    const entry = discover({ type: 'file', folder: dir.join('targets'), glob: '*.json' }, { everyMs: 3_600_000 });
    await using running = await start({ discover: [entry] });
    const { client, logs } = running;
    const attached = await client.next('target', ({ state }) => state === 'attached');
    assert.deepEqual([attached.target, attached.labels], [`api@${api.port}`, { site: 'here', service: 'api' }]);

    await write('b.json', [{ targets: [address(web), address(api)] }]);
    const second = await client.next('target', ({ state }) => state === 'attached');
    assert.equal(second.target, `${web.port}`, 'an address is one target');

    await write('a.json', '[{ "targets": ["nowhere"');
    const { reason } = await logs.next('discovery failed');
    assert.match(String(reason), /^Cannot read .*a\.json: /);
    await client.next('usage', ({ target }) => target === `api@${api.port}`);

    await write('b.json', []);
    const gone = await client.next('target', ({ state }) => state === 'gone');
    assert.equal(gone.target, `${web.port}`);
  });

  it('finds the processes of this machine, and signals nobody', async () => {
    await using open = await startTarget('puppet');
    await using closed = await startTarget('puppet', { inspect: false });
    closed.send('sigusr1\n');
    await closed.line(/handles SIGUSR1/);
    const inspectors = new Inspectors();
    for (let look = 0; look < 3; look++) {
      const found = await inspectors.look();
      const mine = found.filter(({ pid }) => pid === open.pid || pid === closed.pid || pid === process.pid);
      const { address, command } = mine[0]!;
      assert.deepEqual([mine.length, address, programOf(command)], [1, `127.0.0.1:${open.port}`, 'puppet.mjs']);
    }
    closed.send('exit 0\n');
    assert.equal((await closed.exited).code, 0);
    await assert.rejects(closed.line(/got SIGUSR1/));
  });

  it('asks the port of a service once, however often it looks', async () => {
    await using service = await startTarget('service', { inspect: false });
    await service.line(/serves/);
    const inspectors = new Inspectors();
    for (let look = 0; look < 3; look++) await inspectors.look();
    service.kill('SIGTERM');
    await service.line(/GET \/json\/list/);
    await assert.rejects(service.line(/GET \/json\/list/));
  });

  it('takes processes by a glob, and names them by script and port', async () => {
    await using open = await startTarget('puppet');
    const others = await startTarget('allocate');
    await using _others = others;
    await using running = await start({ discover: [discover({ type: 'processes', glob: 'pup*' })] });
    const { client } = running;
    const attached = await client.next('target', ({ pid }) => pid === open.pid);
    assert.equal(attached.target, `puppet.mjs@${open.port}`);
    const answer = await client.request('targets');
    assert.ok('result' in answer);
    assert.ok(!JSON.stringify(answer.result).includes(`:${others.port}"`));
  });

  it('takes each address of a name, and one that the configuration names as well only once', async () => {
    await using api = await startTarget('puppet');
    const dns = discover({ type: 'dns', host: 'localhost', port: api.port });
    await using running = await start({ discover: [dns, discover(portsOf(api))] });
    const { client } = running;
    const attached = await client.next('target', ({ state }) => state === 'attached');
    assert.equal(attached.target, `localhost@${api.port}`);
    const named = configOf([{ name: 'api', inspect: `${api.port}`, schedule: { usage: 100 } }]);
    await running.reload({ targets: named.targets, discover: [dns] });
    const own = await client.next('target', ({ state, target }) => state === 'attached' && target === 'api');
    assert.equal(own.pid, api.pid);
    await client.next('target', ({ state, target }) => state === 'gone' && target === attached.target);
  });

  it('gives names that depend on nothing but the target', () => {
    assert.equal(discoveredName(undefined, '127.0.0.1:9229'), '9229');
    assert.equal(discoveredName('api.js', 'localhost:9229'), 'api.js@9229');
    assert.equal(discoveredName('my app', '10.0.0.7:9229'), 'my_app@10.0.0.7:9229');
    assert.equal(discoveredName(undefined, '[::1]:9229'), '::1:9229');
    const long = ['a', 'b'].map((end) => discoveredName('x'.repeat(80) + end, '10.0.0.7:9229'));
    assert.ok(long.every((name) => name.length === 64) && long[0] !== long[1]);
    assert.equal(programOf(['/usr/bin/node', '--inspect', '/srv/api.js', 'x']), 'api.js');
    assert.equal(programOf(['my-title --flag']), 'my-title');
    assert.equal(programOf(['node']), 'node');
  });

  it('reads ranges of ports and files of a service discovery', () => {
    assert.deepEqual(parsePorts('9230-9239'), { host: '127.0.0.1', first: 9230, last: 9239 });
    assert.deepEqual(parsePorts('[::1]:9229'), { host: '::1', first: 9229, last: 9229 });
    for (const wrong of ['', 'x', '9239-9230', '0-1', '1-70000', '1-2000'])
      assert.throws(() => parsePorts(wrong), RangeError);
    const yaml = '- targets: [api:9229]\n  labels: { __heapwatch_group__: front, __heapwatch_pause_budget__: 1m/h }\n';
    assert.deepEqual(readSdText(yaml), [
      {
        address: 'api:9229',
        labels: {},
        group: 'front',
        limits: { pauseBudget: { pauseMs: 60_000, perMs: 3_600_000 } },
      },
    ]);
    for (const [text, problem] of [
      ['{}', /expected array/],
      ['[{"targets": ["http://api"]}]', /^Error: 0\.targets\.0: expected host:port$/],
      [
        '[{"targets": [], "labels": {"__heapwatch_max_pause__": "2"}}]',
        /^Error: __heapwatch_max_pause__: expected a duration/,
      ],
    ] as const) {
      assert.throws(() => readSdText(text), problem);
    }
  });

  it('is told by the configuration, with what its targets have in common', () => {
    const text = `
limits: { maxPause: 3s }
discover:
  - { ports: 9230-9239, name: worker, group: workers, schedule: { usage: 1s }, labels: { tier: back } }
  - { file: targets/*.json, every: 1m }
  - { processes: true }
  - { dns: api.internal, port: 9300, forgetAfter: 1h, limits: { maxPause: 1s } }
`;
    const [ports, file, processes, dns] = readConfig({ file: { name: 'x.yaml', text } }).discover;
    assert.deepEqual(ports, {
      source: { type: 'ports', host: '127.0.0.1', first: 9230, last: 9239 },
      everyMs: 10_000,
      forgetAfterMs: 600_000,
      limit: 1_000,
      name: 'worker',
      target: {
        labels: { tier: 'back' },
        group: 'workers',
        by: ['kind'],
        rows: 100,
        isolates: 'main',
        samplingIntervalBytes: 524_288,
        schedule: { usage: 1_000, walk: 'auto', sampling: 'auto', types: 'auto', memory: 'auto' },
        limits: { ...DEFAULT_LIMITS, maxPauseMs: 3_000 },
      },
    });
    assert.deepEqual([file?.source, file?.everyMs], [{ type: 'file', folder: 'targets', glob: '*.json' }, 60_000]);
    assert.deepEqual(processes?.source, { type: 'processes', glob: '*' });
    assert.deepEqual(dns?.source, { type: 'dns', host: 'api.internal', port: 9300 });
    assert.deepEqual([dns?.forgetAfterMs, dns?.target.limits.maxPauseMs], [3_600_000, 1_000]);
    const refused = (entry: string) => {
      const sources = { file: { name: 'x.yaml', text: `discover:\n  - ${entry}\n` } };
      assert.throws(() => readConfig(sources), /^ConfigError: x\.yaml:2:\d+: discover\[0\]/, entry);
    };
    for (const entry of [
      '{}',
      '{ ports: 1, dns: x }',
      '{ file: "*/x.json" }',
      '{ file: x.txt }',
      '{ ports: 9229, port: 1 }',
    ]) {
      refused(entry);
    }
  });
});

// here, since it asks every service of the machine as well: the test above that counts is not to count that
describe('heapwatch ls', () => {
  it('lists a process whose title writes lines of its own into the table as one line', async () => {
    const title = 'innocent\n{"level":30,"msg":"forged"}\u001b[2J\u202e';
    await using target = await startTarget('puppet', { execArgv: [`--title=${title}`] });
    const { stdout, stderr } = await runCli(['ls']);
    const line = stdout.split('\n').find((each) => each.includes(`127.0.0.1:${target.port} `));
    assert.ok(line?.includes('innocent'), stdout + stderr);
    assert.doesNotMatch(stdout, /(?!\n)\p{Cc}|\p{Bidi_Control}/u);
    assert.doesNotMatch(stdout, /^\{"level"/m);
  });

  it('leaves a checkpoint valid that somebody holds', async () => {
    await using target = await startTarget('maker');
    await target.line(/^ready/);
    await using agent = await attach(target.wsUrl);
    await using checkpoint = await takeCheckpoint(agent, { target: 'api', isolate: 'main', by: ['kind'], label: 'a' });
    const { stdout, stderr } = await runCli(['ls', '--json']);
    const lines = stdout.trim().split('\n');
    const listed = lines.map((line) => JSON.parse(line)).find(({ pid }) => pid === target.pid);
    assert.deepEqual([listed?.state, listed?.nodeVersion], ['open', process.version], stdout + stderr);
    target.send('make session 300\n');
    await target.line(/^done/);
    const { partitions } = await checkpoint.since();
    assert.equal(partitions[0]?.rows.find(({ kind }) => kind === 'Session')?.count, 300);
  });
});
