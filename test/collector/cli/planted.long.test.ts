/** A thousand secrets of a target, in twenty places: none is in anything that a collector writes, sends or logs, whole or killed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';
import { until } from '../../support/until.ts';

/** Without one no file of a snapshot is sent. */
const TOKEN = 'the-operators-own-token';
const TOPICS = ['partition', 'usage', 'target', 'probe', 'checkpoint', 'mark', 'footprint', 'alert'];

type Planted = Readonly<Record<string, readonly string[]>>;

/** Fails where a secret stands in one of the texts. */
function assertNone(planted: Planted, texts: ReadonlyMap<string, string>): void {
  const all = Object.entries(planted).flatMap(([place, secrets]) => secrets.map((text) => [place, text] as const));
  assert.equal(all.length, 1_000);
  for (const [where, text] of texts) {
    const left = all.filter(([, secret]) => text.includes(secret)).map(([place]) => place);
    assert.deepEqual([...new Set(left)], [], `${where} has ${left.length}`);
  }
}

/** All files below, as Latin letters: secrets are ASCII. */
function filesIn(dir: string): Map<string, string> {
  if (!existsSync(dir)) return new Map();
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(dir, name)).isFile(),
  );
  return new Map(names.map((name) => [name, readFileSync(join(dir, name), 'latin1')]));
}

async function start(dir: string, port: number, under: readonly string[] = []) {
  const config = {
    listen: '127.0.0.1:0',
    auth: { tokens: [{ name: 'ops', role: 'operator', env: 'OPS' }] },
    store: { path: join(dir, 'heapwatch.db'), snapshots: { dir: join(dir, 'snapshots') } },
    targets: [{ name: 'api', inspect: `127.0.0.1:${port}`, by: ['kind', 'name', 'shape', 'secret'] }],
    schedule: { usage: '200ms', walk: 'auto' },
    limits: { maxPause: '60s', maxExtraMemory: '4GB', pauseBudget: '5m/h' },
  };
  // YAML has JSON in it
  const path = join(dir, 'heapwatch.yaml');
  writeFileSync(path, JSON.stringify(config));
  const cli = startCli(['collect', '--config', path], { TMPDIR: dir, HEAPWATCH_LOG_LEVEL: 'debug', OPS: TOKEN }, under);
  const [, url] = await cli.said(/"url":"(ws:[^"]+)"/);
  const client = await connect(url!);
  client.send({ type: 'hello', token: TOKEN });
  await client.next('welcome');
  await client.subscribe({ topics: TOPICS });
  await client.next('target', ({ state }) => state === 'attached');
  return { cli, client, url: url! };
}

/** Of each probe, question and page. */
async function answers(client: StreamClient, url: string): Promise<string[]> {
  const texts: string[] = [];
  for (const probe of ['types', 'walk', 'census', 'sampling', 'snapshot']) {
    texts.push(JSON.stringify(await client.request('probe', { target: 'api', probe, yes: true })));
  }
  for (const question of ['partition', 'paths', 'objects', 'pattern']) {
    texts.push(JSON.stringify(await client.request('explore', { question, target: 'api', kind: 'Map' })));
  }
  const { result } = (await client.request('snapshots')) as unknown as { result: { snapshots: { name: string }[] } };
  const asOperator = { headers: { Authorization: `Bearer ${TOKEN}` } };
  const http = new URL('/', url.replace(/^ws/, 'http')).href;
  for (const path of [
    `snapshots/${result.snapshots[0]!.name}`,
    `snapshots/${result.snapshots[0]!.name}/report`,
    'audit',
  ]) {
    const answer = await fetch(`${http}v1/${path}`, asOperator);
    assert.equal(answer.status, 200, path);
    texts.push(await answer.text());
  }
  texts.push(await (await fetch(`${http}metrics`, asOperator)).text(), JSON.stringify(client.drain()));
  return texts;
}

/** What gives bytes away: to files, sockets, pipes. */
const WRITES = 'write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice,copy_file_range';
const noStrace = spawnSync('strace', ['-V']).status === 0 ? false : 'there is no strace: apt-get install strace';

describe('of a thousand planted secrets', () => {
  it('none is in files, store, stream, answers, report or log of a collector', async () => {
    await using dir = await folder();
    await using target = await startTarget('planted');
    const planted = JSON.parse(await target.line(/^\{/)) as Planted;
    const { cli, client, url } = await start(dir.path, target.port);
    const texts = await answers(client, url);
    await client.close();
    cli.process.kill('SIGTERM');
    const { stdout, stderr } = await cli.result;
    const files = filesIn(dir.path);
    assert.ok([...files.keys()].some((name) => name.endsWith('.heapsnapshot')));
    assertNone(planted, new Map([...files, ['answers', texts.join('\n')], ['output', stdout + stderr]]));
  });

  it('none is in any write of its threads, as the kernel sees them', { skip: noStrace }, async () => {
    await using dir = await folder();
    await using elsewhere = await folder();
    await using target = await startTarget('planted');
    const planted = JSON.parse(await target.line(/^\{/)) as Planted;
    const trace = elsewhere.join('trace');
    // -D: the collector is the process that we started, and strace a child of its own
    const strace = ['strace', '-D', '-f', '--seccomp-bpf', '-s', String(2 ** 24), '-e', `trace=${WRITES}`, '-o', trace];
    const { cli, client, url } = await start(dir.path, target.port, strace);
    await answers(client, url);
    await client.close();
    cli.process.kill('SIGTERM');
    await cli.result;
    await until(() =>
      / \+\+\+ (?:exited with|killed by) \w+ \+\+\+\n$/.test(readFileSync(trace, 'latin1').slice(-100)),
    );
    const written = readFileSync(trace, 'latin1');
    assert.ok(written.includes('strings\\":['), 'the snapshot was followed as it was written');
    assertNone(planted, new Map([['a write', written]]));
  });

  it('none is left where it is killed while a snapshot comes', async () => {
    for (const phase of ['started', 'receiving', 'done']) {
      await using dir = await folder();
      await using target = await startTarget('planted');
      const planted = JSON.parse(await target.line(/^\{/)) as Planted;
      const { cli, client } = await start(dir.path, target.port);
      client.send({
        type: 'request',
        id: 'p',
        method: 'probe',
        params: { target: 'api', probe: 'snapshot', yes: true },
      });
      if (phase === 'receiving') {
        await until(() => [...filesIn(join(dir.path, 'snapshots')).values()].some(({ length }) => length > 100_000));
      } else {
        await client.next('probe', ({ probe, phase: at }) => probe === 'snapshot' && at === phase);
      }
      cli.process.kill('SIGKILL');
      const { stdout, stderr } = await cli.result;
      await client.close();
      assertNone(planted, new Map([...filesIn(dir.path), ['output', stdout + stderr]]));
    }
  });
});
