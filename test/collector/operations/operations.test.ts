/** Long work of a collector: seen while it runs, with who asked and how far it is; cancelled where that is possible. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Operations } from '../../../collector/operations/operations.ts';
import type { Operation } from '../../../protocol/operations.ts';
import { RequestError } from '../../../protocol/requests.ts';
import { runCli } from '../../support/cli.ts';
import { startTestCollector } from '../../support/collector.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

async function running(client: StreamClient): Promise<Operation[]> {
  const { result } = (await client.request('operations', {}, 'o')) as unknown as {
    result: { operations: Operation[] };
  };
  return result.operations.filter(({ endedAt }) => endedAt === undefined);
}

it('a walk is seen and cancelled; a snapshot is seen, and told that it cannot be; what waits for its turn can', async () => {
  await using target = await startTarget('puppet');
  const gate = deferred();
  const begun = { walk: deferred(), snapshot: deferred() };
  const inspect = `127.0.0.1:${target.port}`;
  const fails = () => new RequestError('probe-failed', 'Cannot go on: it is a test');
  await using collector = await startTestCollector([{ name: 'api', inspect }], {
    walkObstacle: async () => null,
    walk: (_, { signal }) => {
      begun.walk.resolve();
      return new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason)));
    },
    snapshot: async (_, { onProgress }) => {
      onProgress?.({ phase: 'walking', doneNodes: 5, totalNodes: 10 });
      begun.snapshot.resolve();
      await gate.promise;
      throw fails();
    },
  });
  const { client, url } = collector;
  await client.next('target', ({ state }) => state === 'attached');
  await using watcher = await connect(url);
  await watcher.hello();

  client.send({ type: 'request', id: 'walk', method: 'probe', params: { target: 'api', probe: 'walk', yes: true } });
  await begun.walk.promise;
  const [walk] = await running(watcher);
  assert.deepEqual(
    [walk!.kind, walk!.what, walk!.target, walk!.by, walk!.state, walk!.phase],
    ['probe', 'walk', 'api', 'local', 'running', 'walking'],
  );
  assert.equal((await runCli(['operations', 'cancel', url, walk!.id])).code, 0);
  const stopped = await client.next('response', ({ id }) => id === 'walk');
  assert.match(JSON.stringify(stopped), /"refused".*local has cancelled it/);

  client.send({ type: 'request', id: 'one', method: 'probe', params: { target: 'api', probe: 'snapshot', yes: true } });
  await begun.snapshot.promise;
  client.send({ type: 'request', id: 'two', method: 'probe', params: { target: 'api', probe: 'snapshot', yes: true } });
  await client.request('targets', {}, 'after two');
  const [snapshot, waiting] = await running(watcher);
  assert.deepEqual([snapshot!.progress, waiting!.state], [{ done: 5, total: 10, unit: 'objects' }, 'waiting']);
  const refused = await runCli(['operations', 'cancel', url, snapshot!.id]);
  assert.match(refused.stderr, /Cannot cancel: V8 cannot stop a snapshot that it has begun/);
  await watcher.request('cancel', { id: waiting!.id });
  assert.match(JSON.stringify(await client.next('response', ({ id }) => id === 'two')), /local has cancelled it/);
  const listed = await runCli(['operations', 'list', url]);
  assert.match(
    listed.stdout,
    /^\S+ \S+Z local: probe snapshot of api main, running: walking, 5 objects of 10 objects\n$/,
  );
  gate.resolve();
  await client.next('response', ({ id }) => id === 'one');
  assert.deepEqual(await running(watcher), []);
  const ended = await runCli(['operations', 'list', url, '--all', '--json']);
  const states = ended.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Operation).state);
  assert.deepEqual(states, ['failed', 'cancelled', 'cancelled']);
});

it('of those that have ended a hundred are kept', async () => {
  const operations = new Operations(() => 0);
  for (let i = 0; i < 150; i++) {
    await operations.during({ kind: 'send', what: `${i}`, by: 'collector' }, async () => {});
  }
  const listed = operations.list();
  assert.deepEqual([listed.length, listed[0]!.what, listed[0]!.state], [100, '149', 'done']);
  assert.throws(() => operations.cancel(listed[0]!.id, 'ops'), { code: 'not-found' });
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
