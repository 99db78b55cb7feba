import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { usage } from '../../../agent/probe/usage.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

test('a target is attached to by port, host:port, localhost and WebSocket URL', async () => {
  await using target = await startTarget('puppet');
  const { port, wsUrl } = target;
  for (const text of [
    `${port}`,
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    wsUrl,
    wsUrl.replace('127.0.0.1', 'localhost'),
  ]) {
    await using agent = await attach(text);
    assert.equal(agent.identity.pid, target.pid);
    assert.equal(agent.inspectorUrl, wsUrl);
  }
});

test('a script whose path makes /json/list no JSON', async () => {
  await using dir = await folder();
  const path = dir.join('a"b\x1b\nc.mjs');
  await writeFile(path, 'setInterval(() => {}, 1000);');
  await using target = await startTarget(path);
  await using agent = await attach(`${target.port}`);
  assert.equal(agent.inspectorUrl, target.wsUrl);
});

test('the identity is the same at every attach, and says who it is', async () => {
  await using target = await startTarget('puppet');
  await using first = await attach(`${target.port}`);
  await using second = await attach(`${target.port}`);
  assert.deepEqual(first.identity, second.identity);
  assert.equal(first.identity.nodeVersion, process.version);
  assert.equal(first.identity.v8Version, process.versions.v8);
  assert.match(first.identity.incarnation, /^pid \d+, started \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
  assert.ok(Math.abs(Date.now() - first.identity.startedAtMs) < 60_000);
});

test('usage gives the gauges of the main isolate', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  const read = await usage(agent, { target: 'api', isolate: 'main' });
  assert.equal(read.target, 'api');
  assert.ok(read.heapUsedBytes > 1e6 && read.heapUsedBytes <= read.heapTotalBytes, `${read.heapUsedBytes}`);
  assert.ok(read.heapTotalBytes < read.heapLimitBytes && read.heapTotalBytes < read.rssBytes);
  assert.ok(read.spaces.some((space) => space.name === 'new_space'));
});
