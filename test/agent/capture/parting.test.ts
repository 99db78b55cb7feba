/** A connection ends only when nothing is under way on it: an answer that meets its end kills Node 18, 20 and 22 at times. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { boundsOf } from '../../../agent/capture/bounds.ts';
import { receiveSnapshot } from '../../../agent/capture/receiver.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { type FakeAnswer, HOLD, type Peer, startFakeInspector } from '../../support/fake-inspector.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

/** Notes in `order` when the only connection ends. */
function noting(order: string[]): { onConnect: (peer: Peer) => void; closed: Promise<void> } {
  let settle: () => void;
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const onConnect = (peer: Peer) =>
    void peer.socket.on('close', () => {
      order.push('closed');
      settle();
    });
  return { onConnect, closed };
}

/** Answers when the next call comes, or the connection ends. */
const nextAnswer =
  (order: string[]): FakeAnswer =>
  async (_params, peer) => {
    await Promise.race([once(peer.socket, 'message'), once(peer.socket, 'close')]);
    order.push('answered');
    return { usedSize: 1, totalSize: 2 };
  };

test('a session that is closed waits for the answers that are due, given up or not', async () => {
  const order: string[] = [];
  const { onConnect, closed } = noting(order);
  const answers: Record<string, FakeAnswer> = { 'Runtime.getHeapUsage': nextAnswer(order) };
  await using fake = await startFakeInspector({ answers, onConnect });
  const session = await openSession(fake.wsUrl);
  const givenUp = session.send('Runtime.getHeapUsage', {}, { signal: AbortSignal.timeout(1) });
  await assert.rejects(givenUp, { name: 'TimeoutError' });
  await Promise.all([session.close(), closed]);
  assert.deepEqual(order, ['answered', 'closed']);
});

test('a process that ends is let go when what it has sent is here, whatever it still owes', async () => {
  const order: string[] = [];
  const { onConnect, closed } = noting(order);
  const caughtUp = () => {
    order.push('caught up');
    return { id: 'fa4e' };
  };
  const answers: Record<string, FakeAnswer> = { 'Runtime.getHeapUsage': HOLD, 'Runtime.getIsolateId': caughtUp };
  await using fake = await startFakeInspector({ answers, onConnect });
  const session = await openSession(fake.wsUrl);
  const pending = session.send('Runtime.getHeapUsage');
  await fake.called('Runtime.getHeapUsage');
  for (const peer of fake.peers) {
    await peer.event('NodeRuntime.waitingForDisconnect', {});
    await Promise.all([closed, assert.rejects(pending, { name: 'DetachedError', message: /the process is ending/ })]);
  }
  assert.deepEqual(order, ['caught up', 'closed']);
});

for (const [moment, isBegun] of [
  ['in its middle', true],
  ['before it has begun', false],
] as const) {
  test(`a snapshot given up ${moment} is taken in to its end`, async () => {
    const order: string[] = [];
    const { onConnect, closed } = noting(order);
    const stop = new AbortController();
    const answers: Record<string, FakeAnswer> = {
      'HeapProfiler.takeHeapSnapshot': async (_params, peer) => {
        if (!isBegun) stop.abort(new Error('enough'));
        await peer.event('HeapProfiler.reportHeapSnapshotProgress', { done: 1, total: 2 });
        if (isBegun) await given;
        await peer.event('HeapProfiler.addHeapSnapshotChunk', { chunk: snapshotText('0>1') });
        order.push('sent');
        return {};
      },
    };
    await using fake = await startFakeInspector({ answers, onConnect });
    const taking = receiveSnapshot({
      inspectorUrl: fake.wsUrl,
      isolate: 'main',
      startTimeoutMs: 60_000,
      bounds: boundsOf(0, 0),
      signal: stop.signal,
      onWalk: () => isBegun && stop.abort(new Error('enough')),
      onChunk: () => {},
    });
    const given = once(stop.signal, 'abort');
    await Promise.all([closed, assert.rejects(taking, /^Error: enough$/)]);
    assert.deepEqual(order, ['sent', 'closed']);
    assert.equal(fake.calls.at(-1), 'Runtime.getIsolateId');
  });
}
