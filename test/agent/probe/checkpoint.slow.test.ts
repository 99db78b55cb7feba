/** Checkpoints on real processes: exactly what was born, freed and survived, and a refusal where that cannot be known. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { type CheckpointContext, type LiveCheckpoint, takeCheckpoint } from '../../../agent/probe/checkpoint.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { Partition } from '../../../protocol/partition.ts';
import { inspectorVisit } from '../../support/inspector-visit.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

const context = (more: Partial<CheckpointContext> = {}): CheckpointContext => ({
  target: 'api',
  isolate: 'main',
  by: ['kind'],
  label: 'a',
  ...more,
});

/** A program that makes and drops what it is told, with a first one of everything, so that no class is new later. */
async function startMaker(options: Parameters<typeof startTarget>[1] = {}): Promise<Target> {
  const target = await startTarget('maker', options);
  await target.line(/^ready/);
  for (const name of ['session0', 'ticket0', 'text0', 'array0', 'map0', 'buffer0'])
    await tell(target, `make ${name} 3`);
  return target;
}

async function tell(target: Target, command: string): Promise<void> {
  target.send(`${command}\n`);
  await target.line(new RegExp(`^done ${command}$`));
}

/** `born/freed` of each kind wanted. */
function changes(partition: Partition, kinds: readonly string[]): Record<string, string> {
  const rows = new Map(partition.rows.map((row) => [row.kind, row]));
  return Object.fromEntries(
    kinds.map((kind) => [kind, `${rows.get(kind)?.count ?? 0}/${rows.get(kind)?.freed?.count ?? 0}`]),
  );
}

async function since(checkpoint: LiveCheckpoint): Promise<Partition> {
  const { partitions } = await checkpoint.since();
  return partitions[0]!;
}

const RESET =
  'Cannot compare with checkpoint "a": object ids of this isolate were reset since then, because an inspector session of ' +
  'it was closed; take a new checkpoint';

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: exactly what was made since, exactly what went, and nothing of ours`, async () => {
    await using target = await startMaker({ nodeBinary: await nodeBinary(major) });
    await tell(target, 'make ticket 400');
    await tell(target, 'make text 50');
    await using agent = await attach(target.wsUrl);
    await using checkpoint = await takeCheckpoint(agent, context({ by: ['kind', 'name'] }));
    const [whole] = checkpoint.taken.partitions;
    const row = (kind: string) => whole!.rows.find((each) => each.kind === kind);
    assert.equal(row('Ticket')?.count, 403);

    // nothing has happened: not one object is born, ours would be
    const idle = await since(checkpoint);
    assert.deepEqual([idle.count, idle.rows], [0, []], JSON.stringify(idle.rows));
    const { survived, leftOut } = idle.since!;
    assert.equal(survived.count + leftOut!.count, whole!.count);
    assert.ok(leftOut!.count >= evenIds(whole!), 'the nodes of the embedder are left out, and those of no size');

    for (const command of ['make session 1000', 'make text1 300', 'make array 200', 'make map 100', 'make buffer 40']) {
      await tell(target, command);
    }
    await tell(target, 'drop ticket');
    await tell(target, 'drop text');
    const { partitions } = await checkpoint.since();
    const [byKind, byName] = partitions as [Partition, Partition];
    const { since: totals, cost } = Partition.parse(byKind);
    assert.equal(totals?.checkpoint, 'a');
    assert.equal(totals?.takenAt, checkpoint.takenAt);
    assert.equal(byKind.epoch, checkpoint.epoch);
    assert.ok((cost?.heldMs ?? 0) > 0 && cost?.pauseMs);
    const born = {
      Session: 1000,
      Row: 200,
      'elements of Row': 200,
      Registry: 100,
      'table of Registry': 100,
      Memory: 40,
    };
    const expected = Object.fromEntries(Object.entries(born).map(([kind, count]) => [kind, `${count}/0`]));
    assert.deepEqual(changes(byKind, [...Object.keys(born), 'Ticket']), { ...expected, Ticket: '0/400' });
    // the program itself reads and writes lines meanwhile
    const [text, data] = ['string', 'data of ArrayBuffer'].map((kind) => byKind.rows.find((row) => row.kind === kind)!);
    near(text!.count, 300, 30);
    near(text!.freed!.count, 50, 10);
    near(data!.count, 40, 10);
    assert.equal(changes(byName, ['object Session'])['object Session'], '1000/0');

    // the program ends at once, with ids held and three connections
    target.send('exit 5\n');
    const { code } = await target.exited;
    assert.equal(code, 5);
    assert.match((await checkpoint.voided).message, /^Detached/);
    await assert.rejects(checkpoint.since(), { name: 'DetachedError' });
  });
}

function near(actual: number, least: number, slack: number): void {
  assert.ok(actual >= least && actual <= least + slack, `expected ${least} to ${least + slack}, got ${actual}`);
}

/** The embedder's nodes, whose ids are even, are in no relative partition. */
function evenIds(partition: Partition): number {
  return partition.rows.filter(({ kind }) => kind.startsWith('native ')).reduce((sum, { count }) => sum + count, 0);
}

test('memory of buffers that malloc gives again counts as new', async () => {
  await using target = await startMaker();
  await tell(target, 'make buffer 300');
  await using agent = await attach(target.wsUrl);
  await using checkpoint = await takeCheckpoint(agent, context());
  await tell(target, 'drop buffer');
  // collected now, so that their memory is given out again
  await agent.session.send('HeapProfiler.collectGarbage');
  await tell(target, 'make buffer1 300');
  const rows = changes(await since(checkpoint), ['Memory', 'data of ArrayBuffer']);
  for (const bornAndFreed of Object.values(rows)) {
    const [born, freed] = bornAndFreed.split('/').map(Number) as [number, number];
    near(born, 300, 10);
    near(freed, 300, 10);
  }
});

test('instances that others of their class replaced again and again are all born, and all freed', async () => {
  await using target = await startMaker();
  await tell(target, 'make session 20000');
  await using agent = await attach(target.wsUrl);
  await using checkpoint = await takeCheckpoint(agent, context());
  for (let round = 0; round < 4; round++) {
    await tell(target, 'make session 20000');
    await agent.session.send('HeapProfiler.collectGarbage');
  }
  assert.equal(changes(await since(checkpoint), ['Session']).Session, '20000/20000');
});

test('several checkpoints stand in one epoch, and give objects their age', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await using a = await takeCheckpoint(agent, context({ label: 'a' }));
  await tell(target, 'make session 100');
  await using b = await takeCheckpoint(agent, context({ label: 'b' }));
  await tell(target, 'make session1 50');
  assert.equal(a.epoch, b.epoch);
  assert.equal(changes(await since(a), ['Session']).Session, '150/0');
  assert.equal(changes(await since(b), ['Session']).Session, '50/0');
  const { partitions } = await snapshot(agent, { target: 'api', isolate: 'main', by: ['age', 'kind & age'] });
  const ages = partitions[0]!.rows.map(({ kind }) => kind).sort();
  assert.deepEqual(ages, ['a to b', 'before a', 'embedder (no age)', 'since b']);
  assert.equal(partitions[0]!.epoch, a.epoch);
  const sessions = partitions[1]!.rows.filter(({ kind }) => kind.startsWith('Session & '));
  assert.deepEqual(sessions.map(({ kind, count }) => `${kind}: ${count}`).sort(), [
    'Session & a to b: 100',
    'Session & before a: 3',
    'Session & since b: 50',
  ]);
  await a[Symbol.asyncDispose]();
  assert.equal(changes(await since(b), ['Session']).Session, '50/0');
  await assert.rejects(a.since(), {
    name: 'RangeError',
    message: 'Cannot compare with checkpoint "a": it was released',
  });
});

/** Another debugger, which sends one command and leaves. */
function visit(target: Target, method = 'Runtime.getHeapUsage'): Promise<void> {
  return inspectorVisit(target.wsUrl, method);
}

test('another client that left: a refusal with the reason, before anything is paid, and no number', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await using checkpoint = await takeCheckpoint(agent, context());
  assert.equal(await checkpoint.epochHolds(), true);
  await visit(target);
  await assert.rejects(checkpoint.since(), { name: 'EpochError', message: RESET });
  assert.equal(await checkpoint.epochHolds(), false);
  assert.equal((await checkpoint.voided).message, RESET);
  await assert.rejects(checkpoint.since(), { name: 'EpochError', message: RESET });
  // the next one begins a new epoch, on the same connection
  await using next = await takeCheckpoint(agent, context({ label: 'b' }));
  assert.notEqual(next.epoch, checkpoint.epoch);
  await tell(target, 'make session 10');
  assert.equal(changes(await since(next), ['Session']).Session, '10/0');
});

test('ids that begin anew and look like the old ones are noticed', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await using checkpoint = await takeCheckpoint(agent, context());
  // somebody makes V8 forget, and somebody else has all objects numbered again: the same object gets the same number
  await visit(target);
  await using other = await openSession(target.wsUrl);
  await other.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  // whether the sentinel gets its number again depends on what was made before it: the comparison notices either way
  await assert.rejects(checkpoint.since(), { name: 'EpochError', message: RESET });
});

test('a checkpoint taken after ids were reset voids those before it', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await using a = await takeCheckpoint(agent, context());
  await visit(target);
  await using b = await takeCheckpoint(agent, context({ label: 'b' }));
  assert.equal((await a.voided).message, RESET);
  assert.notEqual(a.epoch, b.epoch);
  await assert.rejects(a.since(), { name: 'EpochError' });
});

test('no session of our own that ends breaks the epoch', async () => {
  await using target = await startMaker({ args: ['--worker'] });
  await using agent = await attach(target.wsUrl);
  const isolates = await agent.isolates();
  const worker = isolates.find((name) => name !== 'main')!;
  await using main = await takeCheckpoint(agent, context());
  await using inWorker = await takeCheckpoint(agent, context({ isolate: worker, label: 'w' }));
  for (const isolate of ['main', worker]) await (await startSampling(agent, isolate)).stop();
  await using second = await attach(target.wsUrl);
  await second.isolates();
  await snapshot(second, { target: 'api', isolate: worker, by: ['name'] });
  await second.close();
  await tell(target, 'make session 20');
  assert.equal(changes(await since(inWorker), ['Session']).Session, '20/0');
  assert.equal(changes(await since(main), ['Session']).Session, '0/0');
  await inWorker[Symbol.asyncDispose]();
  assert.equal(changes(await since(main), ['Session']).Session, '0/0');
});

test('released: the ids are gone, and every connection of ours but the agent', async () => {
  await using target = await startMaker();
  await using watcher = await openSession(target.wsUrl);
  const { result } = await watcher.send('Runtime.evaluate', { expression: '({})' });
  const id = async () => {
    const { heapSnapshotObjectId } = await watcher.send('HeapProfiler.getHeapObjectId', { objectId: result.objectId! });
    return Number(heapSnapshotObjectId);
  };
  const agent = await attach(target.wsUrl);
  const checkpoint = await takeCheckpoint(agent, context());
  assert.notEqual(await id(), 0);
  await checkpoint[Symbol.asyncDispose]();
  assert.equal(await id(), 0);
  // an agent that is closed takes its checkpoints along
  const again = await takeCheckpoint(agent, context());
  assert.notEqual(await id(), 0);
  await agent.close();
  await again.voided;
  await assert.rejects(again.since(), { name: 'DetachedError' });
});

test('unknown isolates and classifiers are told before anything is paid', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await assert.rejects(takeCheckpoint(agent, context({ isolate: 'worker:9' })), { name: 'RangeError' });
  await assert.rejects(takeCheckpoint(agent, context({ by: ['colour'] })), { name: 'RangeError', message: /"colour"/ });
  await using checkpoint = await takeCheckpoint(agent, context());
  await assert.rejects(checkpoint.since({ by: ['size'] }), {
    name: 'RangeError',
    message: 'Cannot compare by "size": the checkpoint was taken by "kind"',
  });
});

for (const when of ['idle', 'walking'] as const) {
  test(`a target killed while a checkpoint is held (${when}) is told at once`, async () => {
    await using target = await startMaker();
    const agent: Agent = await attach(target.wsUrl);
    await using _ = agent;
    await using checkpoint = await takeCheckpoint(agent, context());
    if (when === 'idle') {
      target.kill('SIGKILL');
      await target.exited;
      await checkpoint.voided;
      await assert.rejects(checkpoint.since(), { name: 'DetachedError' });
    } else {
      const onProgress = ({ phase }: { phase: string }) => void (phase === 'walking' && target.kill('SIGKILL'));
      await assert.rejects(checkpoint.since({ onProgress }), { name: 'DetachedError' });
    }
    assert.equal(await checkpoint.epochHolds(), false);
  });
}

test('an aborted comparison leaves the checkpoint as it was', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await using checkpoint = await takeCheckpoint(agent, context());
  const abort = new AbortController();
  const why = new Error('changed my mind');
  const onProgress = ({ phase }: { phase: string }) => void (phase === 'walking' && abort.abort(why));
  await assert.rejects(checkpoint.since({ signal: abort.signal, onProgress }), why);
  await tell(target, 'make session 7');
  assert.equal(changes(await since(checkpoint), ['Session']).Session, '7/0');
});

test('a program that ends while nodes are sorted ends at once, and what was taken is told', async () => {
  await using target = await startMaker();
  await using agent = await attach(target.wsUrl);
  await using checkpoint = await takeCheckpoint(agent, context());
  await tell(target, 'make session 9');
  let toldAtMs = 0;
  const onProgress = ({ phase }: { phase: string }) => {
    if (phase !== 'classifying') return;
    toldAtMs = performance.now();
    target.send('exit 6\n');
  };
  const { partitions } = await checkpoint.since({ onProgress });
  assert.equal(changes(partitions[0]!, ['Session']).Session, '9/0');
  const { code, atMs } = await target.exited;
  assert.equal(code, 6);
  assert.ok(atMs - toldAtMs < 1_000, `${atMs - toldAtMs} ms`);
});
