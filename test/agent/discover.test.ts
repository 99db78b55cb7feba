import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discover } from '../../agent/discover.ts';
import { startFakeInspector } from '../support/fake-inspector.ts';
import { startTarget } from '../support/target.ts';

test('processes are found with their inspectors, by what can be done with them', async () => {
  await using open = await startTarget('puppet');
  await using closed = await startTarget('puppet', { inspect: false });
  await using deadly = await startTarget('puppet', { inspect: false });
  await closed.line(/ready/);
  deadly.send('deadly\n');
  await deadly.line(/does not handle/);
  const found = await discover({ pids: [open.pid, closed.pid, deadly.pid, process.pid] });
  const by = (pid: number) => found.filter((each) => each.pid === pid);
  const [{ heapUsedBytes = 0, uptimeMs = -1, ...rest }] = by(open.pid);
  assert.deepEqual(rest, {
    state: 'open',
    address: `127.0.0.1:${open.port}`,
    pid: open.pid,
    nodeVersion: process.version,
    title: rest.title,
  });
  assert.ok(heapUsedBytes > 1e6 && uptimeMs >= 0 && uptimeMs < 60_000);
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
  const found = await discover({ ports: [port, port], pids: [] });
  const [one] = found.filter(({ address }) => address === `127.0.0.1:${port}`);
  assert.deepEqual([one.state, one.pid, one.heapUsedBytes], ['open', 7, 4e6]);
});

test('an inspector that does not answer is listed with the reason', async () => {
  await using target = await startTarget('puppet');
  target.send('block 3\n');
  await target.line(/blocks/);
  const [one] = await discover({ pids: [target.pid] });
  assert.equal(one.state, 'open');
  assert.match(one.reason ?? '', /answered no command within \d+ ms/);
});
