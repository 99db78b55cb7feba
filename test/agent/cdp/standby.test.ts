/** What becomes of a target whose snapshot's connection ends in the middle: it sends to its end, to whoever is left. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attach } from '../../../agent/attach/agent.ts';
import { closeFrame, textFrame } from '../../../agent/cdp/client-frame.ts';
import { Search } from '../../../agent/cdp/search.ts';
import { HOLD, type Peer, startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

const chunk = (text: string) => ({ method: 'HeapProfiler.addHeapSnapshotChunk', params: { chunk: text } });

/** A process that takes a snapshot into a file, and says when its first bytes have come. */
async function startTaker(inspector: string, output: string, isolate = 'main'): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('../../support/snapshot-taker.js', import.meta.url));
  const taker = spawn(process.execPath, [program, inspector, output, isolate], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(taker.stdout!, 'data');
  return taker;
}

test('a search finds what is cut into any two or more pieces, and nothing else', () => {
  const text = Buffer.from('{"id":1,"id":12,"result":{}}');
  for (let size = 1; size <= text.length; size++) {
    const search = new Search('"id":12,');
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      text.subarray(at * size, (at + 1) * size),
    );
    const found = pieces.findIndex((piece) => search.foundIn(piece));
    assert.equal(found, Math.floor(15 / size), `in pieces of ${size}`);
    assert.ok(!new Search('"id":13,').foundIn(text));
  }
});

test('frames are as RFC 6455 has them', () => {
  assert.equal(textFrame('Hello').toString('hex'), '81850000000048656c6c6f');
  assert.equal(closeFrame().toString('hex'), '88820000000003e8');
  assert.equal(textFrame('x'.repeat(200)).subarray(0, 8).toString('hex'), '81fe00c800000000');
  assert.throws(() => textFrame('x'.repeat(70_000)), RangeError);
});

for (const isolate of ['main', 'worker:1']) {
  test(`kill -9 in the middle of a snapshot of ${isolate}: it is sent to its end, and nothing stays behind`, async () => {
    await using dir = await folder();
    await using target = await startTarget('population', { args: ['--worker'] });
    await target.line(/^ready/);
    const taker = await startTaker(target.wsUrl, dir.join('x.heapsnapshot'), isolate);
    taker.kill('SIGKILL');
    await once(taker, 'exit');
    await using agent = await attach(target.wsUrl);
    const session = await agent.isolate(isolate);
    // answered when the snapshot is over
    const { result } = await session.send('Runtime.evaluate', { expression: 'globalThis.population' });
    const { heapSnapshotObjectId } = await session.send('HeapProfiler.getHeapObjectId', {
      objectId: result.objectId as string,
    });
    assert.equal(heapSnapshotObjectId, '0');
    assert.deepEqual(readdirSync(dir.path), []);
  });
}

test('the connection of somebody who was killed ends when the snapshot has been sent, not before', async () => {
  await using dir = await folder();
  let goOn!: () => void;
  const more = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let taking!: Peer;
  await using fake = await startFakeInspector({
    answers: {
      'HeapProfiler.takeHeapSnapshot': async (_params, peer) => {
        taking = peer;
        await peer.raw(JSON.stringify(chunk('{"snapshot":')));
        await more;
        for (let i = 0; i < 50; i++) await peer.raw(JSON.stringify(chunk('x'.repeat(100_000))));
        return HOLD;
      },
      'HeapProfiler.disable': async () => {
        await more;
        return {};
      },
    },
  });
  const taker = await startTaker(fake.wsUrl, dir.join('x.heapsnapshot'));
  taker.kill('SIGKILL');
  await once(taker, 'exit');
  await fake.called('HeapProfiler.disable');
  assert.ok(fake.peers.has(taking));
  goOn();
  await once(taking.socket, 'close');
});

test('a target that wants to end is let go at once by the standby too', async () => {
  await using dir = await folder();
  let taking!: Peer;
  await using fake = await startFakeInspector({
    answers: {
      'HeapProfiler.takeHeapSnapshot': async (_params, peer) => {
        taking = peer;
        await peer.raw(JSON.stringify(chunk('{"snapshot":')));
        return HOLD;
      },
      'HeapProfiler.disable': HOLD,
    },
  });
  const taker = await startTaker(fake.wsUrl, dir.join('x.heapsnapshot'));
  taker.kill('SIGKILL');
  await fake.called('HeapProfiler.disable');
  await taking.event('NodeRuntime.waitingForDisconnect', {});
  await once(taking.socket, 'close');
});

test('an agent that is closed in the middle of a snapshot waits for what the target sends', async () => {
  await using target = await startTarget('population');
  await target.line(/^ready/);
  const agent = await attach(target.wsUrl);
  const { snapshot } = await import('../../../agent/probe/snapshot.ts');
  let closing: Promise<void> | undefined;
  let receivedBytes = 0;
  const taken = snapshot(agent, {
    target: 'api',
    isolate: 'main',
    by: ['kind'],
    onProgress(progress) {
      if (progress.phase === 'receiving') receivedBytes = progress.bytes;
      if (progress.phase === 'walking') closing ??= agent.close();
    },
  });
  await assert.rejects(taken, /the session was closed here/);
  await closing;
  assert.equal(receivedBytes, 0);
  await using next = await attach(target.wsUrl);
  assert.equal((await next.session.send('Runtime.evaluate', { expression: '1 + 1' })).result.value, 2);
});
