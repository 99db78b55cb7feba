/** The bytes of a live snapshot, and what may go wrong while they come. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { DetachedError } from '../../../agent/base/errors.ts';
import { boundsOf } from '../../../agent/capture/bounds.ts';
import { type Received, type ReceiveOptions, receiveSnapshot } from '../../../agent/capture/receiver.ts';
import { type FakeAnswer, HOLD, type Peer, Refusal, startFakeInspector } from '../../support/fake-inspector.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { snapshotText } from '../../support/snapshot-text.ts';
import { startTarget } from '../../support/target.ts';

interface Taken extends Received {
  text: string;
}

async function take(inspectorUrl: string, options: Partial<ReceiveOptions> = {}): Promise<Taken> {
  const chunks: Buffer[] = [];
  const received = await receiveSnapshot({
    inspectorUrl,
    isolate: 'main',
    startTimeoutMs: 60_000,
    bounds: boundsOf(0, 0),
    onWalk: () => {},
    onChunk: (bytes) => void chunks.push(Buffer.from(bytes)),
    ...options,
  });
  return { ...received, text: Buffer.concat(chunks).toString('latin1') };
}

/** What a fake target sends when it is asked for a snapshot. */
const sending = (send: (peer: Peer) => unknown): Record<string, FakeAnswer> => ({
  'HeapProfiler.takeHeapSnapshot': async (_params, peer) => (await send(peer)) ?? {},
});
const chunk = (text: string) => ({ method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk: text } });

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: main and a worker come whole, and no ids stay`, async () => {
    const nodeBin = await nodeBinary(major);
    await using target = await startTarget('population', { nodeBinary: nodeBin, args: ['--worker'] });
    await target.line(/^ready/);
    await using agent = await attach(target.wsUrl);
    const { result } = await agent.session.send('Runtime.evaluate', { expression: 'globalThis.population' });
    const idOf = () => agent.session.send('HeapProfiler.getHeapObjectId', { objectId: result.objectId as string });
    for (const isolate of ['main', 'worker:1']) {
      const walked: number[] = [];
      const taken = await take(target.wsUrl, { isolate, onWalk: (_done, total) => void walked.push(total) });
      const { snapshot, nodes, strings } = JSON.parse(taken.text);
      assert.equal(taken.bytes, taken.text.length);
      assert.equal(nodes.length, snapshot.node_count * snapshot.meta.node_fields.length);
      assert.ok(strings.includes('Ledger'));
      assert.ok(walked.length > 1);
      assert.ok(taken.sentAtMs <= taken.endedAtMs);
    }
    assert.deepEqual(await idOf(), { heapSnapshotObjectId: '0' });
  });
}

test('a snapshot of a worker that is given up leaves no ids in it', async () => {
  await using target = await startTarget('population', { args: ['--worker'] });
  await target.line(/^ready/);
  await using agent = await attach(target.wsUrl);
  const worker = await agent.isolate('worker:1');
  const { result } = await worker.send('Runtime.evaluate', { expression: 'globalThis.population' });
  const giveUp = () => {
    throw new Error('enough');
  };
  await assert.rejects(take(target.wsUrl, { isolate: 'worker:1', onChunk: giveUp }), /^Error: enough$/);
  const { heapSnapshotObjectId } = await worker.send('HeapProfiler.getHeapObjectId', {
    objectId: result.objectId as string,
  });
  assert.equal(heapSnapshotObjectId, '0');
});

test('an isolate that is not there is told, with those that are', async () => {
  await using target = await startTarget('population', { args: ['--worker'] });
  await target.line(/^ready/);
  await assert.rejects(take(target.wsUrl, { isolate: 'worker:9' }), {
    name: 'RangeError',
    message: 'Cannot take snapshot of worker:9: no such isolate, there are main, worker:1',
  });
});

test('a target killed in the middle of its pause is told at once', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  const taken = take(target.wsUrl, { onWalk: () => target.kill('SIGKILL') });
  await assert.rejects(taken, DetachedError);
});

test('a target whose event loop never turns is given up after the time it has', async () => {
  await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(24) });
  await target.line(/ready/);
  await using agent = await attach(target.wsUrl);
  await agent.session.send('Runtime.evaluate', { expression: 'setImmediate(() => { for (;;); })' });
  await assert.rejects(take(target.wsUrl, { startTimeoutMs: 200 }), {
    name: 'TimeoutError',
    message: /^Cannot take snapshot of main: the target has not started within 200 ms, its event loop is blocked/,
  });
});

test('a target that ends while it is read is let go in that very tick', async () => {
  await using fake = await startFakeInspector({
    answers: sending(async (peer) => {
      await peer.event('NodeRuntime.waitingForDisconnect', {});
      return HOLD;
    }),
  });
  await assert.rejects(take(fake.wsUrl), { name: 'DetachedError', message: /the process is ending/ });
  assert.equal(fake.calls[0], 'NodeRuntime.notifyWhenWaitingForDisconnect');
});

test('a connection that is cut between two chunks is told, and what came before is not taken for all', async () => {
  await using fake = await startFakeInspector({
    answers: sending(async (peer) => {
      await peer.raw(JSON.stringify(chunk('{"snapshot":')));
      peer.socket.terminate();
      return HOLD;
    }),
  });
  await assert.rejects(take(fake.wsUrl), { name: 'DetachedError', message: /has gone/ });
});

test('chunks in another dress are taken all the same', async () => {
  const text = snapshotText('0>1', { node: 20 });
  const dresses = [
    (each: string) => JSON.stringify(chunk(each), null, 1),
    (each: string) => JSON.stringify({ ...chunk(each), sessionId: '1' }),
    (each: string) => JSON.stringify({ params: { chunk: each }, method: chunk('').method }),
  ];
  for (const dress of dresses) {
    await using fake = await startFakeInspector({
      answers: sending(async (peer) => {
        for (const each of [text.slice(0, 100), text.slice(100)]) await peer.raw(dress(each));
      }),
    });
    assert.equal((await take(fake.wsUrl)).text, text);
  }
});

test('a refusal is told with its method', async () => {
  await using fake = await startFakeInspector({
    answers: sending(() => {
      throw new Refusal(-32000, 'not now');
    }),
  });
  await assert.rejects(take(fake.wsUrl), {
    name: 'ProtocolError',
    method: 'HeapProfiler.takeHeapSnapshot',
    code: -32000,
  });
});

test('what onChunk throws ends the reception once the target has sent the rest, to nobody', async () => {
  const sent: string[] = [];
  await using fake = await startFakeInspector({
    answers: sending(async (peer) => {
      for (const text of ['x', 'y', 'z']) {
        await peer.raw(JSON.stringify(chunk(text)));
        sent.push(text);
      }
      return {};
    }),
  });
  const full = new Error('disk full');
  let heard = 0;
  const taken = take(fake.wsUrl, {
    onChunk: () => {
      heard++;
      throw full;
    },
  });
  await assert.rejects(taken, full);
  assert.deepEqual(sent, ['x', 'y', 'z']);
  assert.equal(heard, 1);
});

const hostile = {
  'a frame that is not JSON': { frame: 'rubbish', message: /it sent a frame that is not JSON/ },
  'a frame of 100 MB': {
    frame: Buffer.alloc(100 * 2 ** 20, 'x').toString(),
    message: /it sent a frame of more than 67108864 bytes/,
  },
  'a frame of 9 MB that is no chunk': {
    frame: 'x'.repeat(9 * 2 ** 20),
    message: /of 9437184 bytes that is no snapshot chunk/,
  },
  'a chunk that is not JSON': {
    frame: '{"method":"HeapProfiler.addHeapSnapshotChunk","params":{"chunk":"\\x"}}',
    message: /it sent a snapshot chunk that is not JSON .expected a JSON escape, got/,
  },
};
for (const [what, { frame, message }] of Object.entries(hostile)) {
  test(`hostile inspector: ${what} is told in one line`, async () => {
    await using fake = await startFakeInspector({
      answers: sending(async (peer) => {
        await peer.raw(frame);
        return HOLD;
      }),
    });
    await assert.rejects(take(fake.wsUrl), { name: 'DetachedError', message });
  });
}
