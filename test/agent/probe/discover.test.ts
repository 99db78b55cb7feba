import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { attach } from '../../../agent/attach/agent.ts';
import { takeCheckpoint } from '../../../agent/probe/checkpoint.ts';
import { type DiscoveredProcess, discover } from '../../../agent/probe/discover.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

test('processes are found with their inspectors, by what can be done with them', async () => {
  await using open = await startTarget('puppet');
  await using closed = await startTarget('puppet', { inspect: false });
  await using deadly = await startTarget('puppet', { inspect: false });
  await closed.line(/ready/);
  deadly.send('deadly\n');
  await deadly.line(/does not handle/);
  const found = await discover({ pids: [open.pid, closed.pid, deadly.pid, process.pid] });
  const by = (pid: number) => found.filter((each) => each.pid === pid);
  const [{ rssBytes = 0, uptimeMs = -1, ...rest }] = by(open.pid);
  assert.deepEqual(rest, {
    state: 'open',
    address: `127.0.0.1:${open.port}`,
    pid: open.pid,
    nodeVersion: process.version,
    title: rest.title,
    walk: true,
  });
  assert.ok(rssBytes > 1e7 && uptimeMs >= 0 && uptimeMs < 60_000);
  assert.deepEqual(
    by(closed.pid).map(({ state }) => state),
    ['openable'],
  );
  assert.match(by(closed.pid)[0].title ?? '', /puppet\.mjs$/);
  assert.deepEqual(
    by(deadly.pid).map(({ state }) => state),
    ['closed'],
  );
  assert.match(by(deadly.pid)[0].reason ?? '', /would kill it/);
  assert.deepEqual(by(process.pid), []);
  // nobody was signalled: the one that could be opened is still closed, the deadly one alive
  closed.send('exit 3\n');
  deadly.send('exit 4\n');
  assert.deepEqual([(await closed.exited).code, (await deadly.exited).code], [3, 4]);
});

test('a port range finds inspectors whose process is out of sight', async () => {
  await using fake = await startFakeInspector({ pid: 7 });
  const { port } = fake;
  const address = `127.0.0.1:${port}`;
  const found = await discover({ ports: [port, port], pids: [] });
  assert.deepEqual(found, [{ state: 'open', address, title: 'fake.js', nodeVersion: 'v20.20.2' }]);
  assert.deepEqual(fake.calls, [], 'nobody attached');
  const [asked] = await discover({ ports: [port, port], pids: [], heap: true });
  assert.deepEqual([asked.address, asked.pid, asked.heapUsedBytes], [address, 7, 4e6]);
});

test('checkpoints of somebody else stay valid, whether or not the heap is asked for', async () => {
  await using target = await startTarget('maker');
  await target.line(/^ready/);
  await using agent = await attach(target.wsUrl);
  const context = { target: 'api', isolate: 'main', by: ['kind'], label: 'a' };
  await using checkpoint = await takeCheckpoint(agent, context);
  const before = await discover({ pids: [target.pid] });
  assert.deepEqual([before[0].nodeVersion, before[0].heapUsedBytes], [process.version, undefined]);
  target.send('make session 300\n');
  await target.line(/^done/);
  const [{ heapUsedBytes, reason }] = await discoverElsewhere(target.pid);
  assert.deepEqual([heapUsedBytes, reason], [undefined, 'another client is attached, so its heap was not read']);
  const { partitions } = await checkpoint.since();
  assert.equal(partitions[0].rows.find(({ kind }) => kind === 'Session')?.count, 300);
});

/** As a process of its own sees it: connections of this one are somebody else's there. */
async function discoverElsewhere(pid: number): Promise<DiscoveredProcess[]> {
  const module = new URL('../../../agent/probe/discover.js', import.meta.url).href;
  const program = `import { discover } from '${module}';
    console.log(JSON.stringify(await discover({ pids: [${pid}], heap: true })));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout) as DiscoveredProcess[];
}

test('an inspector that does not answer is listed, and with the reason where its heap was asked for', async () => {
  await using target = await startTarget('puppet');
  target.send('block 3\n');
  await target.line(/blocks/);
  const [unasked] = await discover({ pids: [target.pid] });
  assert.deepEqual([unasked.state, unasked.nodeVersion, unasked.reason], ['open', process.version, undefined]);
  const [one] = await discover({ pids: [target.pid], heap: true });
  assert.equal(one.state, 'open');
  assert.match(one.reason ?? '', /answered no command within \d+ ms/);
});

test('who was started by whom is told, by a shell too, and who only starts others', async () => {
  await using dir = await folder();
  const path = join(dir.path, 'npm-cli.js');
  const child = "console.log('child ' + process.pid); setInterval(() => {}, 1e3)";
  const script = `require('node:child_process').spawn('sh', ['-c', '"$0" -e "$1"; :', process.execPath, ${JSON.stringify(child)}], { stdio: 'inherit' })`;
  await writeFile(path, script);
  await using wrapper = await startTarget(path, { inspect: false });
  const pid = Number((await wrapper.line(/^child \d+/)).slice('child '.length));
  const found = await discover({ pids: [wrapper.pid, pid] });
  const told = found.map((each) => [each.pid, each.parentPid, each.wrapper]);
  assert.deepEqual(
    told.toSorted(),
    [
      [wrapper.pid, undefined, true],
      [pid, wrapper.pid, undefined],
    ].toSorted(),
  );
  process.kill(pid, 'SIGKILL');
});
