/** Checkpoints of a collector's targets: requests, events, the schedule beside them, and the command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { runCli } from '../../support/cli.ts';
import { startTestCollector, type TestCollector } from '../../support/collector.ts';
import { inspectorVisit } from '../../support/inspector-visit.ts';
import type { StreamClient } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

async function tell(target: Target, command: string): Promise<void> {
  target.send(`${command}\n`);
  await target.line(new RegExp(`^done ${command}$`));
}

function collectorOf(
  target: Target,
  more: Partial<Parameters<typeof startTestCollector>[0][0]> = {},
): Promise<TestCollector> {
  return startTestCollector([{ name: 'api', inspect: `127.0.0.1:${target.port}`, ...more }]);
}

/** Has checkpoint `a` taken; a refusal would leave its test waiting. */
async function holdCheckpoint(client: StreamClient): Promise<void> {
  const taken = await client.request('checkpoint', { target: 'api', label: 'a' });
  assert.ok('result' in taken, JSON.stringify(taken));
}

/** One that hangs is named, instead of its file. */
const LIMIT = { timeout: 100_000 };
const RESET = /^Cannot compare with checkpoint "a": object ids of this isolate were reset since then/;

test('what was born since a checkpoint, while the schedule goes on', LIMIT, async () => {
  await using target = await startTarget('maker', { args: [] });
  await tell(target, 'make session0 5');
  const schedule = { usage: 100, sampling: 150, snapshot: 500 };
  await using running = await collectorOf(target, { schedule, by: ['kind', 'type'] });
  const { client } = running;
  await client.next('target', ({ state }) => state === 'attached');
  const taken = await client.request('checkpoint', { target: 'api', label: 'a' });
  assert.ok('result' in taken, JSON.stringify(taken));
  assert.deepEqual(taken.result.held, ['a']);
  const event = await client.next('checkpoint');
  assert.deepEqual([event.isolate, event.checkpoint, event.phase, event.held], ['main', 'a', 'taken', ['a']]);

  await tell(target, 'make session 300');
  // a scheduled one runs in the same epoch, and breaks nothing
  const scheduled = await client.next(
    'partition',
    ({ probe, epoch, label }) => probe === 'snapshot' && !!epoch && !label,
  );
  assert.ok(scheduled.cost?.heldMs);
  await client.next('partition', ({ probe }) => probe === 'sampling');
  const answer = await client.request('probe', { target: 'api', probe: 'snapshot', since: 'a' });
  assert.ok('result' in answer, JSON.stringify(answer));
  const [id] = answer.result.partitions as string[];
  const partition = await client.next('partition', (each) => each.id === id);
  assert.equal(partition.since?.checkpoint, 'a');
  const sessions = partition.rows.find(({ kind }) => kind === 'Session');
  assert.deepEqual([sessions?.count, sessions?.freed?.count, sessions?.survived?.count], [300, 0, 5]);
  assert.equal((answer.result.partitions as string[]).length, 2);

  const aged = await client.request('probe', { target: 'api', probe: 'snapshot', by: 'kind&age' });
  assert.ok('result' in aged, JSON.stringify(aged));
  const released = await client.request('release', { target: 'api', label: 'a' });
  assert.deepEqual('result' in released && released.result, { held: [] });
  assert.equal((await client.next('checkpoint', ({ phase }) => phase === 'released')).held.length, 0);
});

test('a checkpoint that is void is told by itself, and as an error with the reason', LIMIT, async () => {
  await using target = await startTarget('maker');
  await using running = await collectorOf(target);
  const { client } = running;
  await client.next('target', ({ state }) => state === 'attached');
  await holdCheckpoint(client);
  await inspectorVisit(target.wsUrl, 'Runtime.getHeapUsage');
  const event = await client.next('checkpoint', ({ phase }) => phase === 'void');
  assert.match(event.reason ?? '', RESET);
  assert.deepEqual(event.held, []);
  const answer = await client.request('probe', { target: 'api', probe: 'snapshot', since: 'a' });
  assert.ok('error' in answer);
  assert.equal(answer.error.code, 'void');
  assert.match(answer.error.message, RESET);
  // taken anew under the same name
  const again = await client.request('checkpoint', { target: 'api', label: 'a' });
  assert.ok('result' in again, JSON.stringify(again));
  const since = await client.request('probe', { target: 'api', probe: 'snapshot', since: 'a' });
  assert.ok('result' in since, JSON.stringify(since));
});

test('a target that goes takes its checkpoints along, and is not held up', LIMIT, async () => {
  await using target = await startTarget('maker');
  await using running = await collectorOf(target);
  const { client } = running;
  await client.next('target', ({ state }) => state === 'attached');
  await holdCheckpoint(client);
  target.send('exit 4\n');
  assert.equal((await target.exited).code, 4);
  const event = await client.next('checkpoint', ({ phase }) => phase === 'void');
  assert.match(event.reason ?? '', /^Checkpoint "a" is void: Detached from /);
  await client.next('target', ({ state }) => state === 'gone');
  const answer = await client.request('probe', { target: 'api', probe: 'snapshot', since: 'a' });
  assert.equal('error' in answer && answer.error.code, 'not-attached');
});

test('what cannot be is refused, with the reason', LIMIT, async () => {
  await using target = await startTarget('maker');
  await using running = await collectorOf(target);
  const { client } = running;
  await client.next('target', ({ state }) => state === 'attached');
  await holdCheckpoint(client);
  const refusal = async (method: string, params: object) => {
    const answer = await client.request(method, params);
    assert.ok('error' in answer, JSON.stringify(answer));
    return `${answer.error.code}: ${answer.error.message}`;
  };
  const snapshot = { target: 'api', probe: 'snapshot' };
  assert.equal(
    await refusal('probe', { ...snapshot, since: 'b' }),
    'not-found: Cannot find checkpoint "b" of "api" main: only "a" of it is held',
  );
  assert.match(
    await refusal('probe', { ...snapshot, since: 'a', by: 'size' }),
    /^bad-params: Cannot compare by "size": /,
  );
  assert.match(await refusal('probe', { target: 'api', probe: 'usage', since: 'a' }), /^bad-params: .*only a snapshot/);
  assert.match(await refusal('release', { target: 'api', label: 'b' }), /^not-found: /);
  assert.match(await refusal('release', { target: 'web', label: 'a' }), /^unknown-target: /);
  assert.match(
    await refusal('checkpoint', { target: 'api', label: 'w', isolate: 'worker:7' }),
    /^not-found: .*worker:7/,
  );
  assert.match(await refusal('checkpoint', { target: 'api', label: 'c', by: 'colour' }), /^bad-params: .*colour/);
});

test('the collector’s end releases the ids', LIMIT, async () => {
  await using target = await startTarget('maker');
  await using watcher = await openSession(target.wsUrl);
  const { result } = await watcher.send('Runtime.evaluate', { expression: '({})' });
  {
    await using running = await collectorOf(target);
    await running.client.next('target', ({ state }) => state === 'attached');
    await holdCheckpoint(running.client);
  }
  const { heapSnapshotObjectId } = await watcher.send('HeapProfiler.getHeapObjectId', { objectId: result.objectId! });
  assert.equal(Number(heapSnapshotObjectId), 0);
});

test('the command, and heap --since NAME', LIMIT, async () => {
  await using target = await startTarget('maker');
  await using running = await collectorOf(target);
  await running.client.next('target', ({ state }) => state === 'attached');
  const url = running.url;
  const taken = await runCli(['checkpoint', url, 'api', '--label', 'deploy-41']);
  assert.equal(taken.code, 0, taken.stderr);
  assert.match(taken.stdout, /^\d{4}-.*Z api main: checkpoints held: deploy-41$/m);
  assert.match(taken.stderr, /4 to 13 times as long until the last checkpoint is released/);
  await tell(target, 'make session 70');
  const since = await runCli(['heap', `${url}#api`, '--since', 'deploy-41', '--all']);
  assert.equal(since.code, 0, since.stderr);
  assert.match(since.stdout, /^Born since checkpoint "deploy-41" of /);
  assert.match(since.stdout, /^ +\d+ +70 .* 0 +0 Session$/m);
  const wrong = await runCli(['heap', `${url}#api`, '--since', 'deploy-40']);
  assert.equal(wrong.code, 1);
  assert.match(
    wrong.stderr,
    /^heapwatch: Cannot find checkpoint "deploy-40" of "api" main: only "deploy-41" of it is held$/m,
  );
  const released = await runCli(['checkpoint', url, 'api', '--label', 'deploy-41', '--release', '--json']);
  assert.deepEqual(JSON.parse(released.stdout), { held: [] });
});
