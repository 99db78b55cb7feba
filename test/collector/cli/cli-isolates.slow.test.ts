/** `heap --isolate all`: a process with workers as one, as a shell prints it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Partition } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { startTarget, type Target } from '../../support/target.ts';

async function startWorkers(target: Target, count: number): Promise<string[]> {
  const isolates: string[] = [];
  for (let index = 0; index < count; index++) {
    target.send('worker\n');
    isolates.push(`worker:${(await target.line(/^worker \d+$/)).split(' ')[1]}`);
  }
  return isolates;
}

async function heap(target: Target, ...args: string[]) {
  const result = await runCli(['heap', `${target.port}`, '--json', ...args]);
  assert.equal(result.code, 0, result.stderr);
  return { stderr: result.stderr, partition: Partition.parse(JSON.parse(result.stdout)) };
}

test('heap --isolate all sums main and its workers', async () => {
  await using target = await startTarget('puppet');
  const isolates = ['main', ...(await startWorkers(target, 2))];
  for (const probe of ['types', 'census']) {
    // between two readings of all: each collection lets go of more, code that none has run since first of all
    const all = () => heap(target, '--isolate', 'all', '--probe', probe, '--by', 'kind');
    const { partition, stderr } = await all();
    assert.equal(partition.isolate, 'all');
    const counts: number[] = [];
    for (const isolate of isolates) {
      counts.push((await heap(target, '--isolate', isolate, '--probe', probe, '--by', 'kind')).partition.count);
    }
    const later = (await all()).partition.count;
    const sum = counts.reduce((objects, count) => objects + count, 0);
    // the inspector leaves some objects of its own behind between the readings
    const [least, most] = [Math.min(partition.count, later) * 0.95, Math.max(partition.count, later) * 1.05];
    assert.ok(least <= sum && sum <= most, `${partition.count}, then ${counts.join(' + ')}, then ${later}`);
    assert.ok(
      partition.rows.every(({ kind }, index) => partition.rows.findIndex((row) => row.kind === kind) === index),
    );
    assert.match(stderr, new RegExp(`RSS of ${target.port} is .+ belong to no isolate of ${isolates.join(', ')}\n`));
    assert.equal(stderr.match(new RegExp(`^${probe} of .+ of pause`, 'gm'))?.length, isolates.length, stderr);
  }
});

test('isolates are not summed by what means nothing across them', async () => {
  await using target = await startTarget('puppet');
  for (const args of [
    ['--by', 'kind&id'],
    ['--since', '1s'],
  ]) {
    const { code, stderr } = await runCli(['heap', `${target.port}`, '--isolate', 'all', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /means? nothing in another isolate/);
  }
});
