/** `heap` of processes of this machine and of core files, by the probe `walk`, as a shell prints it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStopped } from '../../../agent/memory/process-state.ts';
import { Partition } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { coreOf, noGcore } from '../../support/core-file.ts';
import { folder } from '../../support/folder.ts';
import { startPlant } from '../../support/memory-plants.ts';
import { nodeBinary } from '../../support/node-versions.ts';
import { startTarget, type TargetOptions } from '../../support/target.ts';

async function sessions(options: TargetOptions = {}) {
  const target = await startTarget('idle-sessions', { inspect: false, ...options });
  await target.line(/ready/);
  return target;
}

async function heap(...args: string[]) {
  const result = await runCli(['heap', ...args, '--json']);
  assert.equal(result.code, 0, result.stderr);
  return { stderr: result.stderr, partition: Partition.parse(JSON.parse(result.stdout)) };
}

function count({ rows }: Partition, kind: string): number {
  return rows.find((row) => row.kind === kind)?.count ?? 0;
}

test('heap of a pid is a walk: no inspector is opened, its price and its cost are said', async () => {
  await using target = await sessions();
  for (const name of [`pid:${target.pid}`, `${target.pid}`]) {
    const { partition, stderr } = await heap(name);
    assert.equal(partition.probe, 'walk');
    assert.ok(count(partition, 'Session') >= 5_000);
    assert.match(
      stderr,
      /^walk of pid:\d+ \(V8 [\d.]+, .* of pages\): stops it for about .*, allocates nothing in it$/m,
    );
    assert.match(stderr, /^paused .* \(forecast .*\), RSS \+0 B \(forecast 0 B\)$/m);
  }
  assert.ok(!isStopped(target.pid));
  // SIGUSR1 would have opened it
  const { stdout } = await runCli(['ls', '--ports', '1']);
  assert.match(stdout, new RegExp(`^pid:${target.pid} `, 'm'));
});

test('heap of a port walks the process behind it, with the numbers of its workers', async () => {
  await using target = await sessions({ inspect: true });
  const { partition: main } = await heap(`${target.port}`);
  assert.equal(main.probe, 'walk');
  assert.ok(count(main, 'Point') >= 12_345);
  const { partition: worker } = await heap(`${target.port}`, '--isolate', 'worker:1', '--collect');
  assert.equal(worker.isolate, 'worker:1');
  assert.ok(count(worker, 'Job') >= 700);
  assert.match(worker.label!, /^what a collection just before left/);
  const { partition: all } = await heap(`${target.port}`, '--isolate', 'all');
  assert.ok(count(all, 'Point') >= 12_345 && count(all, 'Job') >= 700);
  const { partition: snapshot } = await heap(`${target.port}`, '--by', 'id', '--yes');
  assert.equal(snapshot.probe, 'snapshot');
});

test('a worker that has ended is a target that went away, a name that is none is a wrong word', async () => {
  await using target = await sessions({ inspect: true });
  for (const more of [[], ['--by', 'retained']]) {
    const ended = await runCli(['heap', `${target.port}`, '--probe', 'walk', '--isolate', 'worker:9', ...more]);
    assert.equal(ended.code, 3, ended.stderr);
    assert.match(ended.stderr, /^heapwatch: Cannot walk worker:9.*: (it|the target) has main, worker:1$/m);
    const wrong = await runCli(['heap', `${target.port}`, '--probe', 'walk', '--isolate', 'works:1', ...more]);
    assert.equal(wrong.code, 2, wrong.stderr);
  }
});

test('a walk says what it cannot: exit codes 2 and 3', async () => {
  await using target = await sessions();
  const worker = await runCli(['heap', `pid:${target.pid}`, '--probe', 'walk', '--isolate', 'worker:1']);
  assert.equal(worker.code, 2);
  assert.match(worker.stderr, /it has main, isolate:2; the numbers of workers are known by an inspector only\n$/);
  const by = await runCli(['heap', `pid:${target.pid}`, '--probe', 'walk', '--by', 'id']);
  assert.equal(by.code, 2);
  const shell = await runCli(['heap', 'pid:1', '--probe', 'walk']);
  assert.equal(shell.code, 3);
  assert.match(shell.stderr, /^heapwatch: Cannot read memory of pid:1: .+\n$/);
});

test('a stop that is longer than allowed is refused before: exit code 4', async () => {
  await using target = await sessions();
  const { code, stderr } = await runCli(['heap', `pid:${target.pid}`, '--max-pause', '1ms']);
  assert.equal(code, 4);
  assert.match(stderr, /Cannot walk the heap of pid:\d+: .+/);
  const running = await heap(`pid:${target.pid}`, '--max-pause', '1ms', '--no-stop');
  assert.equal(running.partition.cost?.pauseMs, 0);
});

test('heap of a core file is a walk', { skip: noGcore }, async () => {
  await using target = await sessions();
  await using dir = await folder();
  const core = await coreOf(target.pid, dir.path);
  const { partition } = await heap(core, '--exe', process.execPath);
  assert.ok(count(partition, 'Session') >= 5_000);
  const wrong = await runCli(['heap', core, '--exe', '/bin/sh']);
  assert.equal(wrong.code, 5);
  assert.match(wrong.stderr, /^heapwatch: Cannot read .+: its executable \/bin\/sh is not Node\.js\n$/);
});

test('ls says what can be walked though it cannot be attached to', async () => {
  const nodeOf24 = await nodeBinary(24);
  await using target = await sessions({ execArgv: ['--disable-sigusr1'], nodeBinary: nodeOf24 });
  const { stdout } = await runCli(['ls', '--ports', '1', '--json']);
  const found = stdout.split('\n').find((line) => line.includes(`"pid":${target.pid},`));
  const { state, walk } = JSON.parse(found!);
  assert.deepEqual({ state, walk }, { state: 'closed', walk: true });
  const table = await runCli(['ls', '--ports', '1']);
  assert.match(table.stdout, new RegExp(`^pid:${target.pid} .*\\(can be walked only: `, 'm'));
});

test('ls --memory says what stands out in the memory of each', async () => {
  await using target = await startPlant('buffers');
  const { stdout } = await runCli(['ls', '--ports', '1', '--memory']);
  assert.match(stdout, /^TARGET +PID +NODE +UP +RSS +MOSTLY +TITLE$/m);
  assert.match(stdout, new RegExp(`^pid:${target.pid} .* Buffers held 1[01]\\d MB  `, 'm'));
});
