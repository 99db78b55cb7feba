import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { Guard } from '../../../agent/memory/guard.ts';
import { goOn, isStopped, keyedStat, type ProcessKey, statOf } from '../../../agent/memory/process-state.ts';
import { StopError, whileStopped } from '../../../agent/memory/stop.ts';
import { killReaders } from '../../support/killed-readers.ts';
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

test('a guard whose reader was killed lets the process go on, 5 times of 5', () => killReaders(5));
