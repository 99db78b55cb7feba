import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readConfig } from '../../../collector/config/config.ts';
import type { SnapshotsConfig } from '../../../collector/config/snapshots-config.ts';
import { type Collector, startCollector } from '../../../collector/main/collector.ts';
import { keptName } from '../../../collector/snapshots/snapshot-name.ts';
import { Sweeper } from '../../../collector/snapshots/sweeper.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

interface Keeping extends AsyncDisposable {
  readonly collector: Collector;
  readonly client: StreamClient;
  readonly logs: LogLines;
}

/** A collector of one target, `api`, that is attached; its clock goes on by a second each time it is read. */
async function keeping(target: Target, snapshots: SnapshotsConfig): Promise<Keeping> {
  const logs = new LogLines();
  let atMs = Date.parse('2026-11-22T06:24:45.123Z');
  const now = () => {
    atMs += 1_000;
    return atMs;
  };
  const config = { ...configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}` }]), snapshots };
  const collector = await startCollector(config, { logger: logs.logger, now });
  const client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['target', 'probe'] });
  await client.next('target', ({ state }) => state === 'attached');
  return {
    collector,
    client,
    logs,
    async [Symbol.asyncDispose]() {
      await client.close();
      await collector.close();
    },
  };
}

const SNAPSHOT = { target: 'api', probe: 'snapshot' };
const NAME = /^api\.main\.20261122T\d{6}123Z\.heapsnapshot$/;

describe('a collector that keeps snapshots', () => {
  it('keeps no secret of a process where a configuration says no more than the folder', async () => {
    await using dir = await folder();
    await using target = await startTarget('secrets');
    const secrets = Object.values(JSON.parse(await target.line(/^\{/)) as Record<string, string>);
    const text = `store: { path: x.db, snapshots: { dir: ${dir.join('kept')} } }`;
    const { snapshots } = readConfig({ file: { name: 'heapwatch.yaml', text } });
    assert.ok(snapshots);
    await using running = await keeping(target, snapshots);
    assert.ok('result' in (await running.client.request('probe', SNAPSHOT)));
    const [name] = readdirSync(dir.join('kept'));
    const kept = readFileSync(dir.join(`kept/${name}`), 'utf8');
    assert.ok(kept.includes('"tokenOfSession"'));
    for (const secret of secrets) assert.ok(!kept.includes(JSON.stringify(secret.slice(0, 64)).slice(1, -1)), secret);
  });

  it('writes each for its user alone, and removes the oldest of a target beyond what it keeps, and nothing else', async () => {
    await using dir = await folder();
    await using target = await startTarget('puppet');
    await using running = await keeping(target, { dir: dir.join('snapshots'), keep: 2 });
    const { client } = running;
    const inside = (name: string) => dir.join(`snapshots/${name}`);
    const snapshot = async () => assert.ok('result' in (await client.request('probe', SNAPSHOT)));
    await snapshot();
    const [first] = readdirSync(dir.join('snapshots'));
    assert.match(first!, NAME);
    assert.deepEqual(
      [statSync(dir.join('snapshots')).mode & 0o777, statSync(inside(first!)).mode & 0o777],
      [0o700, 0o600],
    );
    assert.ok(Array.isArray(JSON.parse(readFileSync(inside(first!), 'utf8')).nodes));

    const left = '.heapwatch-01234567-89ab-cdef-0123-456789abcdef.partial';
    const underWay = '.heapwatch-11234567-89ab-cdef-0123-456789abcdef.partial';
    const other = 'web.main.20250101T000000000Z.heapsnapshot';
    for (const name of ['mine.heapsnapshot', other, left, underWay]) writeFileSync(inside(name), '{}');
    utimesSync(inside(left), 1, 1);
    for (let i = 0; i < 2; i++) await snapshot();
    const names = readdirSync(dir.join('snapshots')).sort();
    assert.deepEqual([names.length, names[0], ...names.slice(3)], [5, underWay, 'mine.heapsnapshot', other]);
    assert.ok(names.slice(1, 3).every((name) => NAME.test(name) && name > first!));
    // who asks for an isolate that there is not gets no file, whatever it is called
    const answer = await client.request('probe', { ...SNAPSHOT, isolate: '../../x' });
    assert.ok('error' in answer && answer.error.code === 'not-found');
    assert.deepEqual(readdirSync(dir.join('snapshots')).sort(), names);
    assert.deepEqual(readdirSync(dir.path), ['snapshots']);
  });

  it('tells a full disk, leaves nothing behind, and goes on without a file until there is room', async (t) => {
    await using disk = await smallDisk(2 ** 20);
    if (!disk) return t.skip('this user may not mount a small disk');
    await using target = await startTarget('puppet');
    await using running = await keeping(target, { dir: disk.path, keep: 2 });
    const { client, logs } = running;
    const answer = await client.request('probe', SNAPSHOT);
    assert.ok('error' in answer && answer.error.code === 'probe-failed');
    assert.match(answer.error.message, /: no space left on device, free some or choose another folder$/);
    await logs.next('snapshot not kept');
    assert.ok('result' in (await client.request('probe', SNAPSHOT)), 'a reading without a file');
    await logs.next('snapshot not kept: no room');
    assert.deepEqual(readdirSync(disk.path), []);
    await disk.grow(64 * 2 ** 20);
    assert.ok('result' in (await client.request('probe', SNAPSHOT)));
    assert.equal(readdirSync(disk.path).length, 1);
  });
});

describe('a folder of snapshots', () => {
  const files = (dir: string) => readdirSync(dir).sort();
  const options = { logger: new LogLines().logger, now: () => Date.parse('2026-11-22T00:00:00.000Z') };

  it('is swept at the start: what a writer left that is no more, and nothing of others', async () => {
    await using dir = await folder();
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    const dead = spawnSync('true').pid;
    for (const name of [`${dead}-${id}`, `${process.pid}-${id}`, `${process.ppid}-${id}`, id]) {
      writeFileSync(dir.join(`.heapwatch-${name}.partial`), '{');
    }
    writeFileSync(dir.join('.mine.partial'), '');
    using sweeper = new Sweeper({ ...options, dir: dir.path, keep: 1 });
    await sweeper.sweep();
    const left = [`.heapwatch-${id}.partial`, `.heapwatch-${process.ppid}-${id}.partial`, '.mine.partial'].sort();
    assert.deepEqual(files(dir.path), left);
  });

  it('keeps of each target, also of one that has gone, what is young and small enough', async () => {
    await using dir = await folder();
    const name = (target: string, day: number) =>
      keptName({ target, isolate: 'main' }, Date.parse(`2026-11-${day}T00:00:00.000Z`));
    for (const target of ['api', 'gone']) {
      for (const day of [10, 19, 20, 21]) writeFileSync(dir.join(name(target, day)), 'x'.repeat(1_000));
    }
    const swept = async (bounds: object) => {
      using sweeper = new Sweeper({ ...options, dir: dir.path, keep: 10, ...bounds });
      await sweeper.sweep();
      return files(dir.path);
    };
    assert.equal((await swept({})).length, 8);
    assert.deepEqual(
      await swept({ keep: 3 }),
      ['api', 'gone'].flatMap((each) => [19, 20, 21].map((day) => name(each, day))),
    );
    assert.deepEqual(
      await swept({ maxAgeMs: 2.5 * 86_400_000 }),
      ['api', 'gone'].flatMap((each) => [20, 21].map((day) => name(each, day))),
    );
    assert.deepEqual(await swept({ maxBytes: 2_500 }), [name('api', 21), name('gone', 21)]);
  });
});

it('names a kept snapshot so that it sorts by time and leads nowhere', () => {
  const atMs = Date.parse('2026-11-22T06:24:45.123Z');
  const nameOf = (target: string, isolate: string) => keptName({ target, isolate }, atMs);
  assert.equal(nameOf('api', 'worker:1'), 'api.worker:1.20261122T062445123Z.heapsnapshot');
  assert.equal(nameOf(':9229', '../../etc'), '_9229.______etc.20261122T062445123Z.heapsnapshot');
  const long = nameOf('語'.repeat(64), 'x'.repeat(10_000));
  assert.ok(Buffer.byteLength(long) < 255 && !long.includes('\uFFFD'), long);
});
