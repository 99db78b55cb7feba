/** `heap --since`: two snapshots of one command, and what lies between them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { Partition } from '../../../protocol/partition.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { inspectorVisit } from '../../support/inspector-visit.ts';
import { projectRoot } from '../../support/project.ts';
import { snapshotText } from '../../support/snapshot-text.ts';
import { startTarget } from '../../support/target.ts';

const HELD = /object ids are held: minor collections of .* take 4 to 13 times as long until the second/;

test('what is born while the command waits, and the price of two snapshots beforehand', async () => {
  await using target = await startTarget('maker');
  target.send('make session0 3\nmake ticket 200\n');
  await target.line(/^done make ticket/);
  const cli = startCli(['heap', `${target.port}`, '--yes', '--since', '2s', '--rows', '4']);
  await cli.said(HELD);
  target.send('make session 1000\ndrop ticket\n');
  const { code, stdout, stderr } = await cli.result;
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines[0]!, /^Born since checkpoint "2s ago" of \d{4}-.*Z: \d+ objects\. Total size = \d+ bytes\.$/);
  assert.match(lines[1]!, /^Freed since: \d+ objects, \d+ bytes\. Survived: \d+ objects, \d+ bytes\.$/);
  assert.match(lines[2]!, /^ Index {2}Count {3}% {5}Size {3}% Cumulative {2}% {3}Freed Survived Kind/);
  assert.match(stdout, /^ +\d+ +1000 .* 0 +3 Session$/m);
  assert.match(stderr, /^2 snapshots of \d+ .*: about .* of pause each, .* of extra memory$/m);
  assert.match(stderr, /^second: paused .*, object ids held for .*$/m);
});

test('as JSON, by another classifier, with a label', async () => {
  await using target = await startTarget('maker');
  const cli = startCli([
    'heap',
    `${target.port}`,
    '--yes',
    '--since',
    '1s',
    '--by',
    'type',
    '--json',
    '--label',
    'load',
  ]);
  const { code, stdout } = await cli.result;
  assert.equal(code, 0);
  const { by, label, since, cost, epoch } = Partition.parse(JSON.parse(stdout));
  assert.deepEqual([by, label, since?.checkpoint], ['type', 'load', '1s ago']);
  assert.ok(epoch && cost?.heldMs && (since?.survived.count ?? 0) > 10_000);
});

test('another client that leaves meanwhile ends the wait with the reason, and no number', async () => {
  await using target = await startTarget('maker');
  const cli = startCli(['heap', `${target.port}`, '--yes', '--since', '1h']);
  await cli.said(HELD);
  await inspectorVisit(target.wsUrl, 'Runtime.getHeapUsage');
  const { code, stdout, stderr } = await cli.result;
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(
    stderr,
    /^heapwatch: Cannot compare with checkpoint "1h ago": object ids .* were reset since then, .*$/m,
  );
});

test('a target that ends meanwhile ends at once, and the command with it: exit code 3', async () => {
  await using target = await startTarget('maker');
  const cli = startCli(['heap', `${target.port}`, '--yes', '--since', '1h']);
  await cli.said(HELD);
  target.send('exit 9\n');
  assert.equal((await target.exited).code, 9);
  const { code, stderr } = await cli.result;
  assert.equal(code, 3, stderr);
});

test('Ctrl-C: exit code 130, and the ids are released', async () => {
  await using target = await startTarget('maker');
  await using watcher = await openSession(target.wsUrl);
  const { result } = await watcher.send('Runtime.evaluate', { expression: '({})' });
  const cli = startCli(['heap', `${target.port}`, '--yes', '--since', '1h']);
  await cli.said(HELD);
  cli.process.kill('SIGINT');
  assert.equal((await cli.result).code, 130);
  const id = await watcher.send('HeapProfiler.getHeapObjectId', { objectId: result.objectId! });
  assert.equal(Number(id.heapSnapshotObjectId), 0);
});

for (const [args, pattern] of [
  [
    ['9229', '--since', 'deploy-41'],
    /Cannot compare with "deploy-41" here: checkpoints with a name live in a collector/,
  ],
  [['x.heapsnapshot', '--since', '30s'], /Cannot compare x\.heapsnapshot with "30s": name an earlier snapshot file/],
] as const) {
  test(`exit code 2 for heapwatch heap ${args.join(' ')}`, async () => {
    const { code, stderr } = await runCli(['heap', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, pattern);
  });
}

test('of a file since an earlier one of the same process; another process is refused', async () => {
  await using dir = await folder();
  const [before, now, other] = ['before', 'now', 'other'].map((file) => dir.join(`${file}.heapsnapshot`));
  const fixture = (name: string, ...paths: string[]) =>
    promisify(execFile)(process.execPath, [join(projectRoot, 'test/fixtures', name), ...paths]);
  await fixture('write-two-snapshots.mjs', before!, now!);
  for (const by of ['name', 'kind']) {
    const { code, stdout } = await runCli(['heap', now!, '--since', before!, '--by', by, '--json']);
    assert.equal(code, 0);
    const { rows, since } = Partition.parse(JSON.parse(stdout));
    const row = rows.find(({ kind }) => kind.endsWith('Session'));
    assert.deepEqual([since?.checkpoint, row?.count, row?.freed?.count, row?.survived?.count], [before, 30, 10, 90]);
  }
  await fixture('write-snapshot.mjs', other!);
  const refused = await runCli(['heap', other!, '--since', before!, '--by', 'name']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^heapwatch: Cannot compare .*other.* by ids: they mean other objects there, .*$/m);
});

test('of a file without an id that lasts since itself: nothing was born, and what is left out is said', async () => {
  await using dir = await folder();
  const file = dir.join('even.heapsnapshot');
  writeFileSync(file, snapshotText('0:synthetic 1:object:A:8 2:object:B:16').replace(/"nodes":\[[^\]]*\]/, evenIds));
  for (const by of ['name', 'kind']) {
    const { code, stdout } = await runCli(['heap', file, '--since', file, '--by', by]);
    assert.equal(code, 0);
    assert.match(stdout, /^Left out, as their ids do not last: 2 objects, 24 bytes\.$/m);
  }
});

/** The nodes with ids as an embedder gives them. */
function evenIds(nodes: string): string {
  const { nodes: numbers } = JSON.parse(`{${nodes}}`) as { nodes: number[] };
  const fields = numbers.length / 3;
  for (let node = 0; node < 3; node++) numbers[node * fields + 2] = 2 * node + 2;
  return `"nodes":${JSON.stringify(numbers)}`;
}
