/** Snapshots that have no end, or stop in the middle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bounds, boundsOf } from '../../../agent/capture/bounds.ts';
import { receiveSnapshot } from '../../../agent/capture/receiver.ts';
import { type FakeAnswer, HOLD, type Peer, startFakeInspector } from '../../support/fake-inspector.ts';

const BOUNDS: Bounds = { bytes: 1_000_000, silenceMs: 60_000, lifeMs: 60_000 };

const sending = (send: (peer: Peer) => unknown): Record<string, FakeAnswer> => ({
  'HeapProfiler.takeHeapSnapshot': async (_params, peer) => (await send(peer)) ?? {},
  'HeapProfiler.disable': HOLD,
});
const isOpen = ({ socket }: Peer) => socket.readyState === socket.OPEN;
const chunk = (peer: Peer, text: string) => peer.event('HeapProfiler.addHeapSnapshotChunk', { chunk: text });

async function take(inspectorUrl: string, bounds: Partial<Bounds>): Promise<number> {
  let bytes = 0;
  await assert.rejects(
    receiveSnapshot({
      inspectorUrl,
      isolate: 'main',
      startTimeoutMs: 60_000,
      bounds: { ...BOUNDS, ...bounds },
      onWalk: () => {},
      onChunk: (each) => {
        bytes += each.length;
      },
    }),
    (error: Error) => {
      problem = error;
      return true;
    },
  );
  return bytes;
}
let problem: Error;

test('what a heap needs is far below its bounds', () => {
  // a heap of 166 MB took 474 MB and 36 s, one of 918 MB took 1,827 MB and 137 s
  assert.ok(boundsOf(156e6, 35_000).bytes > 4 * 474e6);
  assert.ok(boundsOf(918e6, 137_000).lifeMs > 9 * 137_000);
});

test('a snapshot without an end is taken up to its bound, and its target let go of soon after', async () => {
  let gone!: () => void;
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  await using fake = await startFakeInspector({
    answers: sending(async (peer) => {
      while (isOpen(peer)) await chunk(peer, 'x'.repeat(100_000));
      gone();
      return HOLD;
    }),
  });
  assert.ok((await take(fake.wsUrl, {})) <= BOUNDS.bytes);
  assert.match(
    problem.message,
    /^Cannot take snapshot of main: it has more than 977 KB, far beyond what the heap needs$/,
  );
  await left;
});

test('a target that stops in the middle is given up after its silence, and left to the standby', async () => {
  await using fake = await startFakeInspector({
    answers: sending(async (peer) => {
      await chunk(peer, '{"snapshot":');
      return HOLD;
    }),
  });
  await take(fake.wsUrl, { silenceMs: 50 });
  assert.match(
    problem.message,
    /^Cannot take snapshot of main: the target has sent nothing for 50 ms in the middle of it$/,
  );
  assert.equal(problem.name, 'TimeoutError');
  await fake.called('HeapProfiler.disable');
  assert.equal(fake.peers.size, 1);
  const [peer] = fake.peers;
  await peer!.event('NodeRuntime.waitingForDisconnect', {});
  await new Promise((resolve) => peer!.socket.once('close', resolve));
});

test('a target that walks for ever is given up after its time', async () => {
  await using fake = await startFakeInspector({
    answers: sending(async (peer) => {
      for (let done = 0; isOpen(peer); done++) {
        await peer.event('HeapProfiler.reportHeapSnapshotProgress', { done, total: 1e9, finished: false });
        // the next turn of the loop: the client has its turn in between
        await new Promise((resolve) => setImmediate(resolve));
      }
      return HOLD;
    }),
  });
  await take(fake.wsUrl, { lifeMs: 100 });
  assert.match(problem.message, /it has not ended within 100 ms$/);
  const [peer] = fake.peers;
  await peer!.event('NodeRuntime.waitingForDisconnect', {});
});
