import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { isStopped } from '../../../agent/memory/process-state.ts';
import { Walker } from '../../../agent/probe/walk.ts';
import { Partition } from '../../../protocol/partition.ts';
import { coreOf, noGcore } from '../../support/core-file.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type TargetOptions } from '../../support/target.ts';
import { until } from '../../support/until.ts';

async function sessions(options: TargetOptions = {}) {
  const target = await startTarget('idle-sessions', { inspect: false, ...options });
  await target.line(/ready/);
  return target;
}

function countsOf({ rows }: Partition, ...kinds: string[]): number[] {
  return kinds.map((kind) => rows.find((row) => row.kind === kind)?.count ?? 0);
}

/** V8 counts a class's prototype too. */
function assertSessions(partition: Partition): void {
  const [sessions, points, jobs] = countsOf(partition, 'Session', 'Point', 'Job');
  assert.ok(sessions === 5_000 || sessions === 5_001, `${sessions} sessions`);
  assert.ok(points === 12_345 || points === 12_346, `${points} points`);
  assert.ok(jobs <= 1, `${jobs} jobs`);
}

describe('a walk', () => {
  for (const major of TRIED_MAJORS) {
    it(`counts what Node ${major} holds, main and worker apart, and costs it a stop and no memory`, async () => {
      await using target = await sessions({ nodeBinary: await nodeBinary(major) });
      await using walker = await Walker.open({ pid: target.pid });
      const [main, worker, ...others] = await walker.walk({ target: 'api' });
      assert.equal(others.length, 0);
      Partition.parse(main);
      assertSessions(main!);
      const { isolate, probe, by, incarnation, process, cost } = main!;
      assert.deepEqual({ isolate, probe, by }, { isolate: 'main', probe: 'walk', by: 'kind' });
      assert.match(incarnation!, new RegExp(`^pid ${target.pid}, started 2`));
      assert.deepEqual(process?.pid, target.pid);
      assert.ok(cost!.pauseMs! > 0 && cost!.forecast!.pauseMs > 0);
      assert.equal(cost!.extraBytes, 0);
      assert.equal(worker!.isolate, 'isolate:2');
      const [jobs, sessionsOfWorker] = countsOf(worker!, 'Job', 'Session');
      assert.ok(jobs === 700 || jobs === 701, `${jobs} jobs`);
      assert.ok(sessionsOfWorker! <= 1);
      assert.ok(!isStopped(target.pid));
    });
  }

  it('names isolates as an inspector did, where it named as many', async () => {
    await using target = await sessions();
    await using walker = await Walker.open({ pid: target.pid });
    const names = async (isolates: string[]) =>
      (await walker.walk({ target: 'api', isolates })).map(({ isolate }) => isolate);
    assert.deepEqual(await names(['main', 'worker:3']), ['main', 'worker:3']);
    assert.deepEqual(await names(['main', 'worker:3', 'worker:4']), ['main', 'isolate:2']);
  });

  it('forecasts its next stop from its last', async () => {
    await using target = await sessions();
    await using walker = await Walker.open({ pid: target.pid });
    const before = await walker.forecast();
    assert.equal(before.basis, 'usage');
    assert.ok(before.heldBytes > 5e6);
    await walker.walk({ target: 'api' });
    assert.equal((await walker.forecast()).basis, 'history');
  });

  it('needs neither an inspector nor a process that answers', async () => {
    const options: TargetOptions[] = [
      { args: ['loop'] },
      { execArgv: ['--disable-sigusr1'], nodeBinary: await nodeBinary(24) },
      { execArgv: ['--permission', '--allow-worker', '--allow-fs-read=*'], nodeBinary: await nodeBinary(24) },
    ];
    for (const each of options) {
      await using target = await sessions(each);
      await using walker = await Walker.open({ pid: target.pid });
      assertSessions((await walker.walk({ target: 'api' }))[0]!);
    }
  });

  it('without a stop gives estimates', async () => {
    await using target = await sessions();
    await using walker = await Walker.open({ pid: target.pid });
    const [main] = await walker.walk({ target: 'api', stop: false });
    assert.ok(main!.rows.every(({ estimated }) => estimated));
    assert.equal(main!.cost!.pauseMs, 0);
    assert.match(main!.label!, /; read while it ran: figures are estimates$/);
  });

  it('is refused for another process that has the number by now', async () => {
    await using target = await sessions();
    await assert.rejects(Walker.open({ pid: target.pid, startTicks: 1 }), {
      name: 'AttachError',
      message: `Cannot read memory of pid:${target.pid}: it is another process by now, that of before has ended`,
    });
  });

  it('says that the process ended', async () => {
    await using target = await sessions();
    await using walker = await Walker.open({ pid: target.pid });
    target.kill('SIGKILL');
    await target.exited;
    await assert.rejects(walker.walk({ target: 'api' }), { name: 'DetachedError' });
  });

  it('leaves no process stopped when its thread is ended in the middle', async () => {
    await using target = await sessions();
    for (let time = 0; time < 5; time++) {
      const walker = await Walker.open({ pid: target.pid });
      const walking = walker.walk({ target: 'api' }).catch(() => {});
      let isOver = false;
      void walking.then(() => (isOver = true));
      await until(() => isOver || isStopped(target.pid));
      await walker.end();
      await walking;
      await until(() => !isStopped(target.pid));
    }
  });

  it('of a core file counts what the process held', { skip: noGcore }, async () => {
    await using target = await sessions();
    await using dir = await folder();
    await using walker = await Walker.open({ core: await coreOf(target.pid, dir.path) });
    const [main] = await walker.walk({ target: 'core' });
    assertSessions(main!);
    assert.match(main!.incarnation!, new RegExp(`^core of pid ${target.pid}, written 2`));
    assert.equal(main!.process, undefined);
    assert.equal(main!.cost, undefined);
  });

  it('reads a program without the constants of its V8 by the table of that very version', async () => {
    await using dir = await folder();
    const unknown = dir.join('node');
    const program = readFileSync(process.execPath);
    for (let at = program.indexOf('v8dbg_'); at >= 0; at = program.indexOf('v8dbg_', at)) program.write('nodbg_', at);
    writeFileSync(unknown, program, { mode: 0o700 });
    await using target = await sessions({ nodeBinary: unknown });
    await using walker = await Walker.open({ pid: target.pid });
    const [main] = await walker.walk({ target: 'api' });
    assertSessions(main!);
  });
});
