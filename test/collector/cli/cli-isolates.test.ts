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
    // the first collections take what a start has left: V8 lets go of code that none has run since, a tenth of the objects
    await heap(target, '--isolate', 'all', '--probe', probe, '--by', 'kind');
    const { partition, stderr } = await heap(target, '--isolate', 'all', '--probe', probe, '--by', 'kind');
    assert.equal(partition.isolate, 'all');
    const alone: Partition[] = [];
    for (const isolate of isolates) {
      alone.push((await heap(target, '--isolate', isolate, '--probe', probe, '--by', 'kind')).partition);
    }
    const counts = alone.map(({ count }) => count);
    const expected = counts.reduce((sum, count) => sum + count, 0);
    // the inspector leaves some objects of its own behind between the readings
    assert.ok(Math.abs(partition.count / expected - 1) < 0.1, `${partition.count} of ${counts.join(' + ')}`);
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
