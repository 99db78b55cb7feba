/** RSS of real processes, each with its memory in one place. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { rss } from '../../../agent/probe/rss.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { gauges } from '../../../agent/probe/usage.ts';
import { MemoryReport } from '../../../protocol/memory.ts';
import { memoryTable } from '../../../protocol/memory-table.ts';
import { PLANTS, SNAPSHOT_PLANT, startPlant } from '../../support/memory-plants.ts';

const TICK_MS = 10;

/** CPU of all threads of a process. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function sumOf({ parts }: MemoryReport): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function sizeOf({ parts }: MemoryReport, name: string): number {
  return parts.find(({ part }) => part === name)!.sizeBytes;
}

describe('planted processes', { concurrency: 2 }, () => {
  for (const [plant, cause] of Object.entries(PLANTS)) {
    test(`${plant}: parts sum to RSS, the verdict is ${cause}, the process is not troubled`, async () => {
      await using target = await startPlant(plant);
      const before = cpuMs(target.pid);
      const report = MemoryReport.parse(await rss(target, { target: plant }));
      assert.ok(cpuMs(target.pid) - before <= 100, `it took ${cpuMs(target.pid) - before} ms of its time`);
      assert.ok(Math.abs(sumOf(report) / report.rssBytes - 1) < 0.02, `${sumOf(report)} of ${report.rssBytes}`);
      assert.equal(report.verdict.cause, cause, report.verdict.text);
      assert.deepEqual(report.unknown, []);
    });
  }

  test('what a snapshot left is told apart from fragmentation', async () => {
    await using target = await startPlant(SNAPSHOT_PLANT, { inspect: true });
    const before = await rss(target, { target: 'before' });
    assert.equal(sizeOf(before, 'snapshotLeft'), 0);
    await using agent = await attach(`${target.port}`);
    await snapshot(agent, { target: 'it', isolate: 'main', by: ['kind'] });
    const after = await rss(target, { target: 'after' });
    assert.equal(after.verdict.cause, 'snapshots', after.verdict.text);
    assert.ok(sizeOf(after, 'snapshotLeft') > sizeOf(before, 'mallocFree'));
  });
});

test('what of Buffers was never touched is no part of RSS, and is told beside it', async () => {
  await using target = await startPlant('untouched');
  const report = await rss(target, { target: 'it' });
  assert.ok(report.rssBytes < 100 * 2 ** 20);
  assert.equal(report.verdict.cause, 'small', report.verdict.text);
  assert.ok(report.untouchedBytes! >= 299 * 2 ** 20, `${report.untouchedBytes}`);
  assert.match(memoryTable(report), /^beside RSS: 3\d\d MB of ArrayBuffers .* never touched/m);
});

test("spaces by their pages' headers are what V8 says", async () => {
  await using target = await startPlant('objects', { inspect: true });
  await using agent = await attach(`${target.port}`);
  const told = await gauges(agent.session);
  const { spaces, kinds } = await rss(target, { target: 'it' });
  for (const name of ['old_space', 'large_object_space']) {
    const read = spaces.find(({ isolate, space }) => isolate === 'main' && space === name)!;
    const { usedBytes } = told.spaces.find((space) => space.name === name)!;
    assert.ok(Math.abs(read.usedBytes / usedBytes - 1) < 0.03, `${name}: ${read.usedBytes}, V8 says ${usedBytes}`);
  }
  assert.ok(kinds.some(({ kind }) => kind === 'Session'));
});

test('a second reading finds the garbage that the first found: nothing was collected', async () => {
  await using target = await startPlant('buffer-garbage');
  const [first, second] = [await rss(target, { target: 'it' }), await rss(target, { target: 'it' })];
  assert.equal(sizeOf(second, 'bufferGarbage'), sizeOf(first, 'bufferGarbage'));
});

test('without a walk it is not known who holds what malloc has', async () => {
  await using target = await startPlant('buffers');
  const report = await rss(target, { target: 'it', walk: false });
  assert.equal(report.verdict.cause, 'native');
  assert.deepEqual(report.kinds, []);
});
