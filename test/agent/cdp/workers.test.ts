import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { NoWorkerError, threadIdOf } from '../../../agent/cdp/isolate-name.ts';
import { DetachedError, ProtocolError, type Session } from '../../../agent/cdp/session.ts';
import { usage } from '../../../agent/probe/usage.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { nodeBinary } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

/** Starts a worker in the target and gives its thread id. */
async function startWorker(target: Target): Promise<number> {
  target.send('worker\n');
  return Number((await target.line(/^worker \d+$/)).split(' ')[1]);
}

test('isolates are the main one and every worker that lives now', async () => {
  await using target = await startTarget('puppet');
  const first = await startWorker(target);
  await using agent = await attach(`${target.port}`);
  assert.deepEqual(await agent.isolates(), ['main', `worker:${first}`]);
  const second = await startWorker(target);
  assert.deepEqual(await agent.isolates(), ['main', `worker:${first}`, `worker:${second}`]);
  const session = await agent.isolate(`worker:${first}`);
  target.send(`endWorker ${first}\n`);
  await session.closed;
  assert.deepEqual(await agent.isolates(), ['main', `worker:${second}`]);
});

test('while the main thread stands still, isolates are those known before', async () => {
  await using target = await startTarget('puppet');
  const isolate = `worker:${await startWorker(target)}`;
  await using agent = await attach(`${target.port}`);
  await agent.isolates();
  target.send('block 2\n');
  await target.line(/blocks/);
  assert.deepEqual(await agent.isolates(), ['main', isolate]);
});

test('a worker is probed in its own isolate', async () => {
  await using target = await startTarget('puppet');
  const isolate = `worker:${await startWorker(target)}`;
  await using agent = await attach(`${target.port}`);
  const session = await agent.isolate(isolate);
  const ids = await Promise.all([session, agent.session].map((each) => each.send('Runtime.getIsolateId')));
  assert.notEqual(ids[0].id, ids[1].id);
  const main = await usage(agent, { target: 'api', isolate: 'main' });
  const worker = await usage(agent, { target: 'api', isolate });
  assert.equal(worker.isolate, isolate);
  assert.notEqual(worker.heapUsedBytes, main.heapUsedBytes);
  await assert.rejects(
    session.send('Nothing.atAll'),
    (error) => error instanceof ProtocolError && error.code === -32601,
  );
});

test('an isolate that does not exist is told from those that do', async () => {
  await using target = await startTarget('puppet');
  const threadId = await startWorker(target);
  await using agent = await attach(`${target.port}`);
  const expected = `expected one of main, worker:${threadId}`;
  await assert.rejects(agent.isolate('worker:99'), new NoWorkerError(`Cannot find isolate "worker:99": ${expected}`));
  await assert.rejects(agent.isolate('other'), new RangeError(`Cannot find isolate "other": ${expected}`));
});

test('a worker that ends rejects what waits for its loop', async () => {
  await using target = await startTarget('puppet');
  const threadId = await startWorker(target);
  await using agent = await attach(`${target.port}`);
  const session = await agent.isolate(`worker:${threadId}`);
  const awaited = session.send('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true });
  target.send(`endWorker ${threadId}\n`);
  await assert.rejects(awaited, DetachedError);
  assert.equal((await session.closed).message, `Detached from worker ${threadId}: it has ended`);
  assert.equal(await agent.condition(), 'running');
});

test('a worker that ends rejects what it never answered, by its name', async () => {
  const attached = { sessionId: '1', workerInfo: { workerId: '1', type: 'worker', title: '[worker 5] w', url: '' } };
  await using fake = await startFakeInspector({
    answers: {
      'NodeWorker.enable': (_params, peer) => peer.event('NodeWorker.attachedToWorker', attached),
      'NodeWorker.sendMessageToWorker': {},
    },
  });
  await using agent = await attach(`${fake.port}`);
  const session = await agent.isolate('worker:5');
  const pending = session.send('HeapProfiler.collectGarbage');
  await fake.called('NodeWorker.sendMessageToWorker');
  for (const peer of fake.peers) await peer.event('NodeWorker.detachedFromWorker', { sessionId: '1' });
  const gone = { name: 'DetachedError', message: 'Detached from worker 5: it has ended' };
  await assert.rejects(pending, gone);
  await assert.rejects(session.send('HeapProfiler.collectGarbage'), gone);
});

test('a target that ends rejects what is pending on its workers', async () => {
  await using target = await startTarget('puppet');
  const threadId = await startWorker(target);
  await using agent = await attach(`${target.port}`);
  const session = await agent.isolate(`worker:${threadId}`);
  const pending = session.send('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true });
  target.kill('SIGKILL');
  await assert.rejects(pending, DetachedError);
  assert.ok((await session.closed) instanceof DetachedError);
});

test('nothing of ours stays in a worker, though its session outlives the connection', async () => {
  await using target = await startTarget('puppet');
  const isolate = `worker:${await startWorker(target)}`;
  const agent = await attach(`${target.port}`);
  await (await agent.isolate(isolate)).send('HeapProfiler.startSampling');
  await agent.close();
  await using later = await attach(`${target.port}`);
  const session = await later.isolate(isolate);
  await assert.rejects(session.send('HeapProfiler.getSamplingProfile'), /was not started/);
});

for (const major of [24, 26] as const) {
  test(`Node ${major} with --experimental-worker-inspection: a blocked main thread does not block a worker`, async () => {
    const execArgv = ['--experimental-worker-inspection'];
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major), execArgv });
    const first = `worker:${await startWorker(target)}`;
    await using agent = await attach(`${target.port}`);
    assert.deepEqual(await agent.isolates(), ['main', first]);
    const second = `worker:${await startWorker(target)}`;
    assert.deepEqual(await agent.isolates(), ['main', first, second]);
    target.send('loop\n');
    await target.line(/loops/);
    assert.deepEqual(await agent.isolates(), ['main', first, second]);
    for (const isolate of [first, second])
      assert.equal((await usage(agent, { target: 'api', isolate })).isolate, isolate);
    const heard = once(await agent.isolate(second), 'HeapProfiler.addHeapSnapshotChunk');
    let ofMain = 0;
    agent.session.on('HeapProfiler.addHeapSnapshotChunk', () => ofMain++);
    await (await agent.isolate(second)).send('HeapProfiler.takeHeapSnapshot');
    assert.ok((await heard).chunk.length > 0);
    assert.equal(ofMain, 0);
  });

  test(`Node ${major} with --experimental-worker-inspection: a worker that ends is told, and nothing of ours stays`, async () => {
    const execArgv = ['--experimental-worker-inspection'];
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major), execArgv });
    const isolate = `worker:${await startWorker(target)}`;
    const agent = await attach(`${target.port}`);
    await (await agent.isolate(isolate)).send('HeapProfiler.startSampling');
    await agent.close();
    await using later = await attach(`${target.port}`);
    const session = await later.isolate(isolate);
    await assert.rejects(session.send('HeapProfiler.getSamplingProfile'), /was not started/);
    const awaited = session.send('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true });
    target.send(`endWorker ${threadIdOf(isolate)}\n`);
    // a worker may still answer as it ends, what is sent after that is refused
    await Promise.allSettled([awaited]);
    await assert.rejects(session.send('Runtime.evaluate', { expression: '1' }), DetachedError);
    assert.deepEqual(await later.isolates(), ['main']);
  });
}

/** The first event of that name. */
function once(session: Session, event: 'HeapProfiler.addHeapSnapshotChunk'): Promise<{ chunk: string }> {
  return new Promise((resolve) => {
    const off = session.on(event, (params) => {
      off();
      resolve(params);
    });
  });
}
