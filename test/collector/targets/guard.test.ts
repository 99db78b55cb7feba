/** Limits under a collector: what a target cannot afford does not run, and what costs less does. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { runCli } from '../../support/cli.ts';
import { startTestCollector } from '../../support/collector.ts';
import type { FrameOf } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

const MB = 2 ** 20;

/** A target of tiny objects that may take `mb` more of memory than it has: what goes beyond is refused by the kernel, and it dies. */
async function confined(mb: number): Promise<Target> {
  const target = await startTarget('shapes', { args: ['objects', '24'] });
  await target.line(/ready/);
  const dataKb = Number(/^VmData:\s+(\d+)/m.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))?.[1]);
  execFileSync('prlimit', ['--pid', `${target.pid}`, `--data=${dataKb * 1024 + mb * MB}`]);
  return target;
}

const AGREED = { maxPauseMs: 60_000, maxExtraBytes: 8_192 * MB, pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 } };

test('a snapshot that would kill the target is refused with the numbers, and a census runs in its place', async () => {
  await using target = await confined(250);
  await using running = await startTestCollector([
    { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { snapshot: 200 }, limits: AGREED },
  ]);
  const { client } = running;
  const refused = await client.next('probe', ({ phase }) => phase === 'refused');
  assert.equal(refused.probe, 'snapshot');
  assert.equal(refused.instead, 'census');
  assert.match(
    refused.reason ?? '',
    /^it may need up to [\d.]+ GB of memory, and \d+ MB of \d+ MB are left \(ulimit -d\)$/,
  );
  assert.ok((refused.cost?.forecast?.extraBytes ?? 0) > 250 * MB);
  const census = await client.next('partition', ({ probe }) => probe === 'census');
  assert.ok((census.rows.find(({ kind }) => kind === 'Complex')?.count ?? 0) > 300_000);
  const footprint = await client.next('footprint', ({ cause }) => cause === 'census');
  assert.ok(footprint.pauseMs > 0 && (footprint.extraBytes ?? 0) > 10 * MB);
  assert.ok(Date.parse(footprint.to) - Date.parse(footprint.from) >= footprint.pauseMs);
  assert.ok(footprint.hourPauseMs > footprint.pauseMs, 'the count that came before it is in the sum too');
  // also for somebody who agrees to any price
  const answer = await client.request('probe', { target: 'api', probe: 'snapshot', yes: true });
  assert.ok('error' in answer && answer.error.code === 'refused', JSON.stringify(answer));
  target.send('grow 1\n');
  await target.line(/grow 1 done/);
});

test('the same snapshot kills the target when nobody minds', async () => {
  await using target = await confined(250);
  await using agent = await attach(`${target.port}`);
  await assert.rejects(snapshot(agent, { target: 'api', isolate: 'main', by: ['name'] }), { name: 'DetachedError' });
  const { code, signal } = await target.exited;
  assert.ok(signal !== null || code !== 0, 'it died of it');
});

test('the command refuses it with code 4, even with --yes, and takes a census', async () => {
  await using target = await confined(250);
  const refused = await runCli(['heap', `${target.port}`, '--probe', 'snapshot', '--yes']);
  assert.equal(refused.code, 4, refused.stderr);
  assert.match(refused.stderr, /counting the objects of \d+ first: about [\d.]+ m?s of pause/);
  assert.match(refused.stderr, /it may need up to .* are left \(ulimit -d\); take heapwatch heap \d+ --probe census/);
  const census = await runCli(['heap', `${target.port}`, '--probe', 'census', '--yes']);
  assert.equal(census.code, 0, census.stderr);
  assert.match(census.stdout, / Complex$/m);
});

test('a scheduled probe over a limit gives way to what fits this target, and to nothing where nothing does', async () => {
  await using target = await startTarget('puppet');
  const limits = { ...AGREED, maxPauseMs: 1 };
  await using running = await startTestCollector([
    { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { snapshot: 200 }, limits },
    // of so small a heap a census takes less than that, and a snapshot ten times as much
    {
      name: 'web',
      inspect: `127.0.0.1:${target.port}`,
      schedule: { snapshot: 200 },
      limits: { ...AGREED, maxExtraBytes: 8 * MB },
    },
  ]);
  const refused = await running.client.next('probe', (event) => isRefusal(event, 'api'));
  assert.deepEqual([refused.probe, refused.instead], ['snapshot', undefined]);
  assert.match(refused.reason ?? '', /^about .* of pause is over the limit of 1 ms \(maxPause\)$/);
  const other = await running.client.next('probe', (event) => isRefusal(event, 'web'));
  assert.deepEqual([other.probe, other.instead], ['snapshot', 'census']);
  await running.client.next('partition', (event) => event.target === 'web' && event.probe === 'census');
  const agreed = await running.client.request('probe', { target: 'api', probe: 'types', yes: true });
  assert.ok('result' in agreed, 'who agrees is not held to the limits');
});

test('pauses add up: the budget ends what each limit would admit', async () => {
  await using target = await startTarget('puppet');
  const limits = { ...AGREED, pauseBudget: { pauseMs: 60, perMs: 3_600_000 } };
  await using running = await startTestCollector([
    { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { types: 100 }, limits },
  ]);
  await running.client.next('probe', ({ probe, phase }) => probe === 'types' && phase === 'done');
  const refused = await running.client.next('probe', ({ phase }) => phase === 'refused');
  assert.match(refused.reason ?? '', /is over the budget of 60 ms in 60 min \(pauseBudget\)$/);
});

/** Of the snapshot; types are counted first to price it. */
function isRefusal({ target, probe, phase }: FrameOf<'probe'>, wanted: string): boolean {
  return target === wanted && probe === 'snapshot' && phase === 'refused';
}
