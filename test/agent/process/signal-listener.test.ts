/** Who takes a signal, read in the memory of real processes of each version. */
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { readProcess } from '../../../agent/process/process.ts';
import { SignalListeners } from '../../../agent/process/signal-listener.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

const { SIGUSR1, SIGUSR2, SIGTERM } = constants.signals;

for (const major of TRIED_MAJORS) {
  test(`who listens to which signal in Node ${major}`, async () => {
    const heard = async (execArgv: string[], command?: string): Promise<number[]> => {
      await using target = await startTarget('puppet', {
        inspect: false,
        execArgv,
        nodeBinary: await nodeBinary(major),
      });
      await target.line(/ready/);
      if (command !== undefined) {
        target.send(`${command}\n`);
        await target.line(/handle/);
      }
      const { exe } = await readProcess(target.pid);
      await using listeners = await SignalListeners.open(target.pid, exe);
      return [...(listeners?.signals() ?? [-1])].sort((a, b) => a - b);
    };
    assert.deepEqual(await heard([]), []);
    assert.deepEqual(await heard([], 'sigusr1'), [SIGUSR1]);
    assert.deepEqual(await heard(['--report-on-signal'], 'sigterm'), [SIGUSR2, SIGTERM]);
    assert.deepEqual(await heard(['--heapsnapshot-signal=SIGUSR1']), [SIGUSR1]);
    assert.deepEqual(await heard(['--report-on-signal', '--report-signal=SIGUSR1']), [SIGUSR1]);
  });
}

test('the table of a process that has gone is nobody’s', async () => {
  const target = await startTarget('puppet', { inspect: false });
  await target.line(/ready/);
  const { exe } = await readProcess(target.pid);
  await using listeners = await SignalListeners.open(target.pid, exe);
  assert.deepEqual(listeners?.signals(), new Set());
  await target[Symbol.asyncDispose]();
  assert.equal(listeners?.signals(), null);
  assert.equal(await SignalListeners.open(target.pid, exe), null);
});
