import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { attach } from '../../../agent/attach/agent.ts';
import { ProtocolError, type Session } from '../../../agent/cdp/session.ts';
import { heapprofile } from '../../../agent/probe/heapprofile.ts';
import { pprof } from '../../../agent/probe/pprof.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { profilePartition } from '../../../agent/probe/sampling-profile.ts';
import { Partition } from '../../../protocol/partition.ts';
import { startTarget, type Target } from '../../support/target.ts';

const context = { target: 'api', isolate: 'main' };

async function tell(target: Target, line: string): Promise<void> {
  target.send(`${line}\n`);
  await target.line(new RegExp(`^${line} done`));
}

async function isSampled(session: Session): Promise<boolean> {
  try {
    await session.send('HeapProfiler.getSamplingProfile');
    return true;
  } catch (error) {
    assert.ok(error instanceof ProtocolError && error.message.includes('was not started'), String(error));
    return false;
  }
}

test('a sampling gives live bytes and objects by allocation site', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  await using sampling = await startSampling(agent, 'main', { samplingIntervalBytes: 65_536 });
  assert.equal(sampling.foreign, false);
  await tell(target, 'grow 300000');
  const partition = profilePartition(await sampling.read(), context);
  Partition.parse(partition);
  assert.equal(partition.header, 'Allocation site');
  assert.equal(partition.incarnation, agent.identity.incarnation);
  const small = partition.rows.find((row) => /^makeSmall \(\/.*\/allocate\.mjs:\d+\)$/.test(row.kind));
  const large = partition.rows.find((row) => row.kind.startsWith('makeLarge ('));
  assert.ok(small && large, JSON.stringify(partition.rows));
  assert.equal(small.estimated, true);
  // 300,000 of 56 bytes are 256 samples: the bound is 11 standard errors
  assert.ok(Math.abs(large.count - 300_000) < 300_000 * 0.7, `${large.count}`);
  assert.ok(Math.abs(large.sizeBytes - 300_000 * 56) < 300_000 * 56 * 0.7, `${large.sizeBytes}`);
  assert.ok(small.count > 0 && partition.cost?.pauseMs !== undefined);

  await tell(target, 'drop');
  const after = profilePartition(await sampling.stop(), context);
  // the last one that was made may be held by what V8 has optimised, and be a sample
  const left = after.rows.find((row) => row.kind.startsWith('makeLarge ('));
  assert.ok((left?.sizeBytes ?? 0) < 2 * 65_536, JSON.stringify(left));
});

test('nobody samples after a sampling has been stopped, or left', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  const stopped = await startSampling(agent, 'main');
  await stopped.stop();
  await stopped.closed;
  assert.equal(await isSampled(agent.session), false);
  const left = await startSampling(agent, 'main');
  assert.equal(await isSampled(agent.session), true);
  await left[Symbol.asyncDispose]();
  assert.equal(await isSampled(agent.session), false);
});

test("somebody else's sampling is read and left running", async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  await agent.session.send('HeapProfiler.startSampling', { samplingInterval: 16_384 });
  const sampling = await startSampling(agent, 'main');
  assert.equal(sampling.foreign, true);
  await tell(target, 'grow 10000');
  const profile = await sampling.stop();
  assert.equal(profile.samplingIntervalBytes, undefined);
  const partition = profilePartition(profile, context);
  assert.match(partition.label ?? '', /since another client began/);
  assert.ok(partition.sizeBytes > 0);
  assert.equal(await isSampled(agent.session), true);
});

test('a worker is sampled in its own isolate, and not after', async () => {
  await using target = await startTarget('puppet');
  target.send('worker\n');
  const isolate = (await target.line(/^worker \d+$/)).replace(' ', ':');
  await using agent = await attach(`${target.port}`);
  const worker = await agent.isolate(isolate);
  const sampling = await startSampling(agent, isolate, { samplingIntervalBytes: 4096 });
  await worker.send('Runtime.evaluate', { expression: 'globalThis.kept = Array.from({ length: 5e4 }, () => ({}))' });
  assert.equal(await isSampled(agent.session), false);
  const partition = profilePartition(await sampling.read(), { target: 'api', isolate });
  assert.ok(partition.sizeBytes > 500_000, `${partition.sizeBytes}`);
  await sampling[Symbol.asyncDispose]();
  assert.equal(await isSampled(worker), false);
});

test('a profile can be written for DevTools and for pprof', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  const sampling = await startSampling(agent, 'main', { samplingIntervalBytes: 32_768 });
  await tell(target, 'grow 20000');
  const profile = await sampling.stop();
  const { rows, count, sizeBytes } = profilePartition(profile, context);

  const { head, samples } = JSON.parse(heapprofile(profile));
  assert.equal(head.callFrame.functionName, '(root)');
  assert.ok(Array.isArray(samples) && samples.length > 0);

  const decoded = Profile.decode(gunzipSync(pprof(profile)));
  const text = (index: number | bigint) => decoded.stringTable.strings[Number(index)];
  assert.deepEqual(
    decoded.sampleType.map(({ type, unit }) => `${text(type)}/${text(unit)}`),
    ['objects/count', 'space/bytes'],
  );
  const sum = (at: number) => decoded.sample.reduce((total, { value }) => total + Number(value[at]), 0);
  assert.deepEqual([sum(0), sum(1)], [count, sizeBytes]);
  const leaves = decoded.sample.map(({ locationId }) => {
    const location = decoded.location.find(({ id }) => id === locationId[0]);
    const code = decoded.function.find(({ id }) => id === location?.line[0].functionId);
    return code && text(code.name);
  });
  assert.ok(rows.some((row) => row.kind.startsWith('makeLarge')) && leaves.includes('makeLarge'));
});

test('a killed target ends its sampling', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  await using sampling = await startSampling(agent, 'main');
  target.kill('SIGKILL');
  assert.equal((await sampling.closed).name, 'DetachedError');
  await assert.rejects(sampling.read(), { name: 'DetachedError' });
});

test('from the fourth reading on a leak has survived and churn has not, though no more collections are made', async () => {
  await using target = await startTarget('allocate');
  await using agent = await attach(`${target.port}`);
  await using sampling = await startSampling(agent, 'main', { samplingIntervalBytes: 16_384 });
  const readings: Partition[] = [];
  for (let reading = 0; reading < 6; reading++) {
    await tell(target, 'grow 20000');
    // of one row: what has survived is not left out for what is larger
    readings.push(await sampling.readPartition({ ...context, rows: 1 }));
  }
  for (const partition of readings) Partition.parse(partition);
  assert.deepEqual(
    readings.map(({ rows }) => rows[0]?.survived !== undefined),
    [false, false, false, true, true, true],
  );
  const [site] = readings.at(-1)!.rows;
  assert.match(site!.kind, /^make(Large|Small) \(/);
  assert.ok(
    site!.survived!.sizeBytes > 20_000 * 56 && site!.survived!.sizeBytes < site!.sizeBytes,
    JSON.stringify(site),
  );
});
