/** A command whose target does not run says why, and when it runs again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../../agent/cdp/open-session.ts';
import type { Session } from '../../../agent/cdp/session.ts';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { startTarget, type Target } from '../../support/target.ts';

/** A debugger that has paused a target. */
async function pausing(target: Target): Promise<Session & AsyncDisposable> {
  const debuggers = await openSession(target.wsUrl);
  const paused = new Promise((resolve) => debuggers.on('Debugger.paused', resolve));
  await debuggers.send('Debugger.enable');
  await debuggers.send('Debugger.pause');
  target.send('worker\n');
  await paused;
  return debuggers;
}

test('of a target in a debugger', async () => {
  await using target = await startTarget('puppet');
  await using debuggers = await pausing(target);
  const cli = startCli(['sample', `${target.port}`, '--for', '60s', '--rows', '1']);
  await cli.said(new RegExp(`^${target.port} does not run: a debugger has paused it$`, 'm'));
  await debuggers.send('Debugger.resume');
  await cli.said(new RegExp(`^${target.port} runs again$`, 'm'));
  cli.process.kill('SIGINT');
  assert.equal((await cli.result).code, 130);
});

for (const [command, typed] of [
  ['console T --yes', 'hp.heap()\n'],
  ['report T --probe snapshot --yes -o F.md', ''],
] as const) {
  test(`of a target that is stopped as its snapshot is asked for: ${command}`, async () => {
    await using target = await startTarget('puppet');
    await using place = await folder();
    const words = command
      .split(' ')
      .map((word) => (word === 'T' ? `${target.port}` : word.replace('F', place.join('x'))));
    const cli = startCli(words);
    cli.process.stdin.end(typed);
    await cli.said(/about .+ of pause/);
    target.kill('SIGSTOP');
    await cli.said(new RegExp(`${target.port} does not run: it has answered nothing for 10 s`));
    target.kill('SIGCONT');
    assert.equal((await cli.result).code, 0);
  });
}
