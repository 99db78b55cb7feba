/** The probe `snapshot`, from a live target to partitions and a file. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { SpaceError } from '../../../agent/capture/output.ts';
import { partitionFile } from '../../../agent/file/file.ts';
import { type SnapshotContext, type SnapshotProgress, snapshot } from '../../../agent/probe/snapshot.ts';
import { Partition } from '../../../protocol/partition.ts';
import { type FakeAnswer, HOLD, type Peer, startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { snapshotText } from '../../support/snapshot-text.ts';
import { startTarget } from '../../support/target.ts';

const context = (more: Partial<SnapshotContext> = {}): SnapshotContext => ({
  target: 'api',
  isolate: 'main',
  by: ['kind'],
  ...more,
});

/** An inspector that sends `chunks` for a snapshot, and goes on to `then`. */
function sending(chunks: string[], then: (peer: Peer) => unknown = () => ({})): Record<string, FakeAnswer> {
  return {
    'HeapProfiler.takeHeapSnapshot': async (_params, peer) => {
      for (const chunk of chunks) await peer.event('HeapProfiler.addHeapSnapshotChunk', { chunk });
      return then(peer);
    },
  };
}

/** Count and size of a snapshot's nodes, synthetic ones left out, by JSON.parse. */
function sumsOf(text: string): { count: number; sizeBytes: number } {
  const { snapshot, nodes } = JSON.parse(text);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const synthetic = types[0].indexOf('synthetic');
  const sums = { count: 0, sizeBytes: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (nodes[at + fields.indexOf('type')] === synthetic) continue;
    sums.count++;
    sums.sizeBytes += nodes[at + fields.indexOf('self_size')];
  }
  return sums;
}

const shape = ({ by, header, count, sizeBytes, rows }: Partition) => ({ by, header, count, sizeBytes, rows });

test('the partitions are those of the file that is written beside them', async () => {
  await using target = await startTarget('population');
  const population = JSON.parse((await target.line(/^ready/)).replace('ready', ''));
  await using agent = await attach(target.wsUrl);
  await using dir = await folder();
  const output = dir.join('api.heapsnapshot');
  const by = ['kind', 'type', 'name', 'class', 'size', 'module'];
  const beforeMs = Date.now();
  const { partitions, ...result } = await snapshot(agent, context({ by, output, label: 'all is made' }));
  for (const signal of [agent.gone, agent.closing]) assert.deepEqual(getEventListeners(signal, 'abort'), []);

  const text = await readFile(output, 'latin1');
  assert.deepEqual(result, { transferBytes: text.length, output: { path: output, bytes: text.length } });
  assert.equal((await stat(output)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dir.path), ['api.heapsnapshot']);
  assert.deepEqual(partitions.map(shape), (await partitionFile(output, { by })).map(shape));
  assert.deepEqual(
    partitions.map((each) => each.by),
    by,
  );
  for (const partition of partitions) {
    assert.deepEqual(Partition.parse(partition), partition);
    assert.deepEqual({ count: partition.count, sizeBytes: partition.sizeBytes }, sumsOf(text));
    assert.equal(partition.label, 'all is made');
    assert.equal(partition.incarnation, agent.identity.incarnation);
    assert.ok(Date.parse(partition.takenAt) >= beforeMs && Date.parse(partition.takenAt) <= Date.now());
    const { cost } = partition;
    assert.ok(cost?.forecast && cost.pauseMs && cost.extraBytes !== undefined);
    assert.equal(cost.transferBytes, text.length);
  }
  assert.equal(new Set(partitions.map(({ id }) => id)).size, by.length);
  const ledgers = partitions[0].rows.find(({ kind }) => kind === 'Ledger');
  assert.equal(ledgers?.count, population.exact.Ledger);
});

test('a worker is read by its name, limited to the rows asked for', async () => {
  await using target = await startTarget('population', { args: ['--worker'] });
  await target.line(/^ready/);
  await using agent = await attach(target.wsUrl);
  const { partitions } = await snapshot(agent, context({ isolate: 'worker:1', by: ['type'], rows: 2 }));
  const [{ isolate, rows, other, count }] = partitions;
  assert.equal(isolate, 'worker:1');
  assert.equal(rows.length, 2);
  assert.equal(rows[0].count + rows[1].count + (other?.count ?? 0), count);
});

test('progress is told in order: waiting, walking, receiving, classifying', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  await using agent = await attach(target.wsUrl);
  const phases: string[] = [];
  await snapshot(agent, context({ onProgress: ({ phase }) => void (phases.at(-1) !== phase && phases.push(phase)) }));
  assert.deepEqual(phases, ['waiting', 'walking', 'receiving', 'classifying']);
});

test('the connection is closed before anything is computed', async () => {
  await using fake = await startFakeInspector({ answers: sending([snapshotText('0>1')]) });
  await using agent = await attach(fake.wsUrl);
  const open: number[] = [];
  const onProgress = ({ phase }: SnapshotProgress) => {
    if (phase !== 'classifying') return;
    const sockets = [...fake.peers].map((peer) => peer.socket);
    open.push(sockets.filter((socket) => socket.readyState === socket.OPEN).length);
  };
  await snapshot(agent, context({ onProgress }));
  // what is left is the agent's own
  assert.deepEqual(open, [1]);
  assert.ok(fake.calls.includes('HeapProfiler.disable'));
});

test('an unknown isolate or classifier is told before anything is paid', async () => {
  await using fake = await startFakeInspector({ answers: { 'NodeWorker.enable': {} } });
  await using agent = await attach(fake.wsUrl);
  await assert.rejects(snapshot(agent, context({ by: ['kind', 'colour'] })), {
    name: 'RangeError',
    message: /"colour"/,
  });
  await assert.rejects(snapshot(agent, context({ isolate: 'worker:9' })), { name: 'RangeError', message: /worker:9/ });
  assert.ok(!fake.calls.includes('HeapProfiler.takeHeapSnapshot'));
});

/** Takes a snapshot that must fail; gives its error, and checks that it left no file and told nothing afterwards. */
async function failing(agent: Agent, more: Partial<SnapshotContext> = {}): Promise<Error & { byteOffset?: number }> {
  await using dir = await folder();
  let isOver = false;
  const onProgress = (progress: SnapshotProgress) => {
    assert.ok(!isOver, 'progress was told after the end');
    more.onProgress?.(progress);
  };
  const taken = snapshot(agent, context({ output: dir.join('x.heapsnapshot'), ...more, onProgress }));
  const error = await taken.then(
    () => assert.fail('it did not fail'),
    (reason) => reason,
  );
  isOver = true;
  assert.deepEqual(await readdir(dir.path), []);
  return error;
}

const at = (wanted: SnapshotProgress['phase'], act: () => void) => (progress: SnapshotProgress) => {
  if (progress.phase === wanted) act();
};

for (const phase of ['waiting', 'walking'] as const) {
  test(`a target killed while ${phase} is told at once in one line, and leaves no file`, async () => {
    await using target = await startTarget('puppet');
    await target.line(/ready/);
    await using agent = await attach(target.wsUrl);
    const error = await failing(agent, { onProgress: at(phase, () => target.kill('SIGKILL')) });
    assert.equal(error.name, 'DetachedError');
    assert.match(error.message, /^Detached from 127\.0\.0\.1:\d+: .*gone.*$/);
  });
}

test('a target cut off while it sends is told, and leaves no file', async () => {
  const text = snapshotText('0>1');
  const { promise: cut, resolve } = deferred();
  await using fake = await startFakeInspector({
    answers: sending([text.slice(0, 200)], async () => {
      await cut;
      return HOLD;
    }),
  });
  await using agent = await attach(fake.wsUrl);
  const error = await failing(agent, {
    onProgress: at('receiving', () => {
      for (const peer of fake.peers) peer.socket.terminate();
      resolve();
    }),
  });
  assert.equal(error.name, 'DetachedError');
});

test('a program that ends while one of its workers is read ends at once, with its own exit code', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  target.send('worker\n');
  await target.line(/^worker 1$/);
  await using agent = await attach(target.wsUrl);
  const error = await failing(agent, {
    isolate: 'worker:1',
    onProgress: at('walking', () => target.send('exit 7\n')),
  });
  const toldAtMs = performance.now();
  assert.equal(error.name, 'DetachedError');
  const { code, atMs } = await target.exited;
  assert.equal(code, 7);
  // an attached client would hold it for ever; what remains is the worker's own pause
  assert.ok(atMs - toldAtMs < 5_000);
});

test('an aborted snapshot leaves no file, no connection, and a target that lives on', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  await using agent = await attach(target.wsUrl);
  const abort = new AbortController();
  const why = new Error('changed my mind');
  const error = await failing(agent, { signal: abort.signal, onProgress: at('walking', () => abort.abort(why)) });
  assert.equal(error, why);
  const { result } = await agent.session.send('Runtime.evaluate', { expression: '6 * 7' });
  assert.equal(result.value, 42);
  assert.equal(await failing(agent, { signal: abort.signal }), why);
});

test('chunks that are no snapshot, or not all of it, are told with the byte', async () => {
  const text = snapshotText('0>1', { node: 20 });
  const cases = { rubbish: ['rubbish'], 'all but the last byte': [text.slice(0, -1)], 'more behind it': [text, '{}'] };
  for (const [what, chunks] of Object.entries(cases)) {
    await using fake = await startFakeInspector({ answers: sending(chunks) });
    await using agent = await attach(fake.wsUrl);
    const error = await failing(agent);
    assert.equal(error.name, 'SnapshotSyntaxError', what);
    assert.equal(typeof error.byteOffset, 'number');
    assert.match(error.message, /^Cannot read snapshot: .* at byte \d+$/);
  }
});

test('a file that is there is kept unless it may be replaced', async () => {
  await using fake = await startFakeInspector({ answers: sending([snapshotText('0>1')]) });
  await using agent = await attach(fake.wsUrl);
  await using dir = await folder();
  const output = dir.join('x.heapsnapshot');
  await writeFile(output, 'precious');
  await assert.rejects(snapshot(agent, context({ output })), {
    message: `Cannot write ${output}: it exists already, remove it or choose another name`,
  });
  assert.ok(!fake.calls.includes('HeapProfiler.takeHeapSnapshot'));
  assert.equal(await readFile(output, 'utf8'), 'precious');
  await snapshot(agent, context({ output, force: true }));
  assert.equal(await readFile(output, 'latin1'), snapshotText('0>1'));
});

test('an output that cannot be written is told before the snapshot is taken', async () => {
  await using fake = await startFakeInspector({ answers: sending([snapshotText('0>1')]) });
  await using agent = await attach(fake.wsUrl);
  await using dir = await folder();
  const cases = {
    [dir.path]: /it is no regular file, choose another name$/,
    [dir.join('none/x.heapsnapshot')]: /no such file or folder, check the path$/,
  };
  for (const [output, message] of Object.entries(cases)) {
    await assert.rejects(snapshot(agent, context({ output })), (error: Error) => {
      assert.ok(error.message.startsWith(`Cannot write ${output}: `));
      assert.match(error.message, message);
      return true;
    });
  }
  assert.ok(!fake.calls.includes('HeapProfiler.takeHeapSnapshot'));
});

test('a full disk is told in one line and keeps nothing', async (t) => {
  await using dir = await folder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', dir.path], { stdio: 'ignore' });
  } catch {
    return t.skip('needs the right to mount a small file system');
  }
  try {
    await using target = await startTarget('puppet');
    await target.line(/ready/);
    await using agent = await attach(target.wsUrl);
    const output = dir.join('x.heapsnapshot');
    // somebody else takes the room while it comes
    const fill = () => execFileSync('mount', ['-o', 'remount,size=1m', dir.path], { stdio: 'ignore' });
    const onProgress = ({ phase }: SnapshotProgress) => phase === 'waiting' && fill();
    await assert.rejects(snapshot(agent, context({ output, onProgress })), {
      message: `Cannot write ${output}: no space left on device, free some or choose another folder`,
    });
    assert.deepEqual(await readdir(dir.path), []);
  } finally {
    execFileSync('umount', [dir.path]);
  }
});

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('a snapshot that the disk has no room for costs the target nothing', async (t) => {
  const disk = await smallDisk(2 ** 20);
  if (!disk) return t.skip('no disk can be mounted here');
  await using _ = disk;
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  await using agent = await attach(`${target.port}`);
  const phases: string[] = [];
  const output = join(disk.path, 'a.heapsnapshot');
  const taken = snapshot(agent, {
    target: 'a',
    isolate: 'main',
    by: [],
    output,
    onProgress: ({ phase }) => phases.push(phase),
  });
  await assert.rejects(taken, (error) => {
    assert.ok(error instanceof SpaceError, String(error));
    assert.match(
      error.message,
      /^Cannot write .*: it needs about \S+ MB, 1\.0 MB are free: no space left on device, free some or choose/,
    );
    return true;
  });
  assert.deepEqual([phases, await readdir(disk.path)], [[], []]);
});
