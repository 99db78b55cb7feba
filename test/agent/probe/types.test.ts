/** The probe `types` on each Node that can be a target: what it counts, against a snapshot of the same heap. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { TracingError, types } from '../../../agent/probe/types.ts';
import { usage } from '../../../agent/probe/usage.ts';
import { Partition, type Row, type Tally } from '../../../protocol/partition.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { type NodeMajor, nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

/** Kinds that are no class, each with its objects of the fixture and few others. */
const ALIKE = [
  'string',
  'number',
  'symbol',
  'bigint',
  'RegExp',
  'function',
  'context',
  'elements',
  'table',
  'properties',
];

/** Of a fake inspector's process. */
const FAKE_PID = 4711;

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: types counts what a snapshot counts, in the main isolate and in a worker`, async () => {
    await using target = await startTarget('mixture', { nodeBinary: await nodeBinary(major) });
    await target.line(/ready/);
    await using agent = await attach(`${target.port}`);
    for (const isolate of await agent.isolates()) await checkIsolate(agent, isolate, major);
    await assertNobodyTraces(agent);
  });

  test(`Node ${major}: passive types wait for a collection of V8's own, and not for ever`, async () => {
    await using target = await startTarget('mixture', { nodeBinary: await nodeBinary(major) });
    await target.line(/ready/);
    await using agent = await attach(`${target.port}`);
    const context = { target: 'api', isolate: 'main', passive: true } as const;
    await assert.rejects(types(agent, { ...context, waitMs: 1 }), { name: 'TimeoutError' });
    target.send('churn\n');
    const partition = await types(agent, context);
    assert.ok(partition.count > 200_000 && (partition.dead?.count ?? 0) > 0, JSON.stringify(partition.dead));
    await assertNobodyTraces(agent);
  });

  test(`Node ${major}: a target whose collections are traced exits at once`, async () => {
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major) });
    await using agent = await attach(`${target.port}`);
    target.send('in 100 exit 3\n');
    await assert.rejects(types(agent, { target: 'api', isolate: 'main', passive: true }), { name: 'DetachedError' });
    assert.equal((await target.exited).code, 3);
  });

  test(`Node ${major}: tracing ends with its session, and when it is given up`, async () => {
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major) });
    await using agent = await attach(`${target.port}`);
    const context = { target: 'api', isolate: 'main', passive: true, signal: AbortSignal.timeout(100) } as const;
    await assert.rejects(types(agent, context), { name: 'TimeoutError' });
    await assertNobodyTraces(agent);
    const other = await openSession(agent.inspectorUrl);
    await other.send('NodeTracing.start', { traceConfig: { includedCategories: ['disabled-by-default-v8.gc_stats'] } });
    assert.ok((await types(agent, { target: 'api', isolate: 'main' })).count > 10_000);
    await other.close();
    await assertNobodyTraces(agent);
  });
}

test('a session that traces already is told in one line', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  await agent.session.send('NodeTracing.start', { traceConfig: { includedCategories: ['node'] } });
  await assert.rejects(
    types(agent, { target: 'api', isolate: 'main' }),
    (error) =>
      error instanceof TracingError && /^Cannot trace garbage collections: NodeTracing.start /.test(error.message),
  );
});

test('a target without tracing is told in one line', async () => {
  await using fake = await startFakeInspector();
  await using agent = await attach(`${fake.port}`);
  await assert.rejects(types(agent, { target: 'api', isolate: 'main' }), TracingError);
});

/** A target whose V8 does not count in its first collections. @param uncounted how many */
async function startUncounting(uncounted: number) {
  let left = uncounted;
  const head = { name: 'MajorGC', pid: 1, tid: FAKE_PID };
  const text = '{"isolate":"0xa","type_data":{"HEAP_NUMBER_TYPE":{"count":2,"overall":32},"END":{}}}';
  const counted = { ...head, name: 'V8.GC_Objects_Stats', ph: 'I', ts: 1_500, args: { live: text, dead: text } };
  return startFakeInspector({
    answers: {
      'NodeTracing.start': {},
      'HeapProfiler.getSamplingProfile': {},
      'NodeTracing.stop': async (_params, peer) => {
        const value = [
          { ...head, ph: 'B', ts: 1_000, args: { usedHeapSizeBefore: 9_000, type: 'sampling profiler' } },
          ...(left-- > 0 ? [] : [counted]),
          { ...head, ph: 'E', ts: 2_000, args: { usedHeapSizeAfter: 8_000 } },
        ];
        await peer.event('NodeTracing.dataCollected', { value });
        return {};
      },
    },
  });
}

test('a collection in which V8 did not count, since a worker began, is caused again, and paid for', async () => {
  await using fake = await startUncounting(2);
  await using agent = await attach(`${fake.port}`);
  const { count, cost } = await types(agent, { target: 'api', isolate: 'main' });
  assert.equal(count, 2);
  assert.ok(cost!.pauseMs! > 1, `${cost!.pauseMs} ms`);
});

test('where V8 counts in none that is told in one line, with what counts instead', async () => {
  await using fake = await startUncounting(Number.POSITIVE_INFINITY);
  await using agent = await attach(`${fake.port}`);
  await assert.rejects(types(agent, { target: 'api', isolate: 'main' }), {
    name: 'TracingError',
    message: /^Cannot read types of main: V8 has not counted in 3 collections, .*; take a census$/,
  });
});

test('somebody else who samples goes on sampling', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  await using other = await openSession(agent.inspectorUrl);
  await other.send('HeapProfiler.startSampling', {});
  assert.ok((await types(agent, { target: 'api', isolate: 'main' })).count > 10_000);
  assert.ok((await other.send('HeapProfiler.stopSampling')).profile);
  await types(agent, { target: 'api', isolate: 'main' });
  await assert.rejects(other.send('HeapProfiler.getSamplingProfile'), /was not started/);
});

test('rows that are left out are summed, their dead too', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  const { rows, other, dead, count, label } = await types(agent, {
    target: 'api',
    isolate: 'main',
    rows: 3,
    label: 'few',
  });
  assert.deepEqual([rows.length, label], [3, 'few']);
  const sum = (tallies: readonly (Tally | undefined)[]) => tallies.reduce((all, tally) => all + (tally?.count ?? 0), 0);
  assert.equal(sum([...rows, other]), count);
  const left = sum([...rows.map((row) => row.dead), other?.dead]);
  assert.ok(left > 0 && left <= (dead?.count ?? 0), `${left} of ${dead?.count}`);
});

async function checkIsolate(agent: Agent, isolate: string, major: NodeMajor): Promise<void> {
  const { rssBytes } = await usage(agent, { target: 'api', isolate });
  const partition = Partition.parse(await types(agent, { target: 'api', isolate, by: 'kind' }));
  const taken = await snapshot(agent, { target: 'api', isolate, by: ['kind'] });
  const counted = talliesOf(partition.rows);
  const seen = talliesOf(taken.partitions[0].rows);
  assert.equal(partition.isolate, isolate);
  assertWithin(partition.sizeBytes, partition.heapUsedBytes ?? 0, 0.025, `${isolate}: bytes of heap used`);
  for (const kind of ALIKE) {
    assert.ok(counted[kind]?.count >= 1_000, `${isolate}: ${kind} ${counted[kind]?.count}`);
    assertWithin(counted[kind].count, seen[kind].count, 0.01, `${isolate}: ${kind}`);
  }
  // from 24 on a snapshot counts text outside the heap as well
  if (major < 24) assertWithin(counted.string.sizeBytes, seen.string.sizeBytes, 0.01, `${isolate}: bytes of strings`);
  const { extraBytes = Number.NaN } = partition.cost ?? {};
  assert.ok(extraBytes < 0.1 * rssBytes, `${isolate}: RSS grew by ${extraBytes} from ${rssBytes}`);
}

/** By kind; of stores, those of all owners together. */
function talliesOf(rows: readonly Row[]): Record<string, Tally> {
  const tallies: Record<string, Tally> = {};
  for (const { kind, count, sizeBytes } of rows) {
    const name = /^(elements|properties|table) of /.exec(kind)?.[1] ?? kind;
    const { count: counted, sizeBytes: sized } = tallies[name] ?? { count: 0, sizeBytes: 0 };
    tallies[name] = { count: counted + count, sizeBytes: sized + sizeBytes };
  }
  return tallies;
}

function assertWithin(figure: number, reference: number, share: number, what: string): void {
  const off = Math.abs(figure / reference - 1);
  assert.ok(off <= share, `${what}: ${figure} against ${reference}, ${(off * 100).toFixed(2)} % off`);
}

/** Traces something harmless: events of collections would be heard if anybody had them switched on. */
async function assertNobodyTraces({ session }: Agent): Promise<void> {
  const names: unknown[] = [];
  const off = session.on('NodeTracing.dataCollected', (params) => {
    names.push(...(params as { value: { name: unknown }[] }).value.map(({ name }) => name));
  });
  await session.send('NodeTracing.start', { traceConfig: { includedCategories: ['v8'] } });
  await session.send('HeapProfiler.collectGarbage');
  await session.send('NodeTracing.stop');
  await session.send('Runtime.getHeapUsage');
  off();
  assert.ok(names.includes('MajorGC') && !names.includes('V8.GC_Objects_Stats'), `${new Set(names)}`);
}
