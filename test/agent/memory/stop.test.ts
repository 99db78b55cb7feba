import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Guard } from '../../../agent/memory/guard.ts';
import { goOn, isStopped, keyedStat, type ProcessKey, statOf } from '../../../agent/memory/process-state.ts';
import { StopError, whileStopped } from '../../../agent/memory/stop.ts';
import { startTarget } from '../../support/target.ts';
import { until } from '../../support/until.ts';

function keyOf(pid: number): ProcessKey {
  return { pid, startTicks: statOf(`/proc/${pid}`)!.startTicks };
}

async function sleeper() {
  return startTarget('churn', { inspect: false });
}

/** Does nothing for a while, as a copy that takes so long. */
function hold(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('stopping a process', () => {
  it('has every thread stand still while the work is done, and go on afterwards', async () => {
    await using target = await sleeper();
    await using guard = await Guard.start();
    const { result, stoppedMs, settleMs } = await whileStopped(keyOf(target.pid), guard, 10_000, () =>
      isStopped(target.pid),
    );
    assert.ok(result);
    assert.ok(stoppedMs >= settleMs);
    assert.ok(!isStopped(target.pid));
  });

  it('lets it go on when the work throws', async () => {
    await using target = await sleeper();
    await using guard = await Guard.start();
    const work = () => {
      throw new Error('no');
    };
    await assert.rejects(whileStopped(keyOf(target.pid), guard, 10_000, work), /no/);
    assert.ok(!isStopped(target.pid));
  });

  it('lets it go on after the time that is allowed, whatever the reader does', async () => {
    await using target = await sleeper();
    await using guard = await Guard.start();
    const work = () => {
      while (isStopped(target.pid)) hold(1);
    };
    await assert.rejects(whileStopped(keyOf(target.pid), guard, 20, work), StopError);
    assert.ok(!isStopped(target.pid));
  });

  it('leaves it stopped for who stopped it meanwhile', async () => {
    await using target = await sleeper();
    await using guard = await Guard.start();
    await whileStopped(keyOf(target.pid), guard, 10_000, () => target.kill('SIGSTOP'));
    assert.ok(isStopped(target.pid));
  });

  it('says so when somebody let it go on meanwhile', async () => {
    await using target = await sleeper();
    await using guard = await Guard.start();
    const work = () => {
      target.kill('SIGCONT');
      while (isStopped(target.pid)) hold(1);
    };
    await assert.rejects(whileStopped(keyOf(target.pid), guard, 10_000, work), /somebody else let it go on/);
  });

  it('never signals a process of the same number that started at another time', async () => {
    await using target = await sleeper();
    await using guard = await Guard.start();
    const other = { pid: target.pid, startTicks: keyOf(target.pid).startTicks - 1 };
    assert.equal(keyedStat(other), null);
    await assert.rejects(
      whileStopped(other, guard, 10_000, () => {}),
      /gone/,
    );
    assert.ok(!isStopped(target.pid));
    target.kill('SIGSTOP');
    await until(() => isStopped(target.pid));
    goOn(other);
    assert.ok(isStopped(target.pid));
  });

  it('ends with its reader, and has it end', async () => {
    const guard = await Guard.start();
    await guard[Symbol.asyncDispose]();
    await assert.rejects(guard.arm(keyOf(process.pid), 1_000), /no answer/);
  });
});

describe('a guard whose reader was killed', () => {
  /** Reads the process again and again, until it is killed. */
  const READER = `
    import { ProcessMemory } from '${new URL('../../../agent/memory/process-memory.js', import.meta.url)}';
    const memory = ProcessMemory.open(Number(process.argv[1]));
    for (;;) await memory.read({ stop: true });`;

  it('lets the process go on, 50 times of 50', async () => {
    await using target = await startTarget('puppet', { inspect: false });
    await target.line(/ready/);
    let inMidStop = 0;
    for (let time = 0; time < 50; time++) {
      const reader = spawn(process.execPath, ['--input-type=module', '-e', READER, `${target.pid}`], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      let hasEnded = false;
      const ended = once(reader, 'exit').finally(() => (hasEnded = true));
      await until(() => hasEnded || isStopped(target.pid));
      reader.kill('SIGKILL');
      if (isStopped(target.pid)) inMidStop++;
      assert.deepEqual(await ended, [null, 'SIGKILL']);
      await until(() => !isStopped(target.pid));
    }
    assert.ok(inMidStop > 25, `killed ${inMidStop} of 50 times in the middle of a stop`);
  });
});
