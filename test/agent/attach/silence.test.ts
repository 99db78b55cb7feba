/** A target that answers nothing any more, because it is stopped or its link is half open, is silent, and is given up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { watchCondition } from '../../../agent/attach/condition-watch.ts';
import { standstill } from '../../../agent/attach/standstill.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { DetachedError } from '../../../agent/cdp/session.ts';
import { startProxy } from '../../support/proxy.ts';
import { startTarget } from '../../support/target.ts';

const GIVE_UP_MS = 6_000;
const GIVEN_UP = /^Detached from 127\.0\.0\.1:\d+: it has answered nothing for \d+ s, and was given up$/;

test('a stopped target is silent, is given up, and lives on', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`, { giveUpMs: GIVE_UP_MS });
  assert.equal(agent.silentMs, 0);
  target.kill('SIGSTOP');
  const told = await firstStandstill(agent);
  assert.match(told, /^silent: it has answered nothing for \d s: its process is stopped \(kill -CONT\)$/);
  const gone = await agent.closed;
  assert.ok(gone instanceof DetachedError);
  assert.match(gone.message, GIVEN_UP);
  target.kill('SIGCONT');
  await using again = await attach(`${target.port}`, { timeoutMs: 20_000 });
  assert.equal(await again.condition(20_000), 'running');
});

test('a half-open link on which nothing is asked is found and given up', async () => {
  await using target = await startTarget('puppet');
  await using proxy = await startProxy(target.port);
  await using agent = await attach(`127.0.0.1:${proxy.port}`, { giveUpMs: 1_000 });
  proxy.hold();
  assert.match((await agent.closed).message, GIVEN_UP);
});

test('one that only another debugger holds is not silent, and is told as paused until it runs again', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`, { giveUpMs: GIVE_UP_MS });
  await using debuggers = await openSession(target.wsUrl);
  const paused = new Promise((resolve) => debuggers.on('Debugger.paused', resolve));
  await debuggers.send('Debugger.enable');
  await debuggers.send('Debugger.pause');
  target.send('worker\n');
  await paused;
  const told: (string | undefined)[] = [];
  await new Promise<void>((resolve) => {
    void watchCondition(agent, (_, why) => {
      told.push(why);
      if (why === undefined) resolve();
      else void debuggers.send('Debugger.resume');
    });
  });
  assert.deepEqual(told, ['a debugger has paused it', undefined]);
  assert.equal(await standstill(agent, 'running'), undefined);
});

/** What is told first of a target that does not run. */
async function firstStandstill(agent: Parameters<typeof watchCondition>[0]): Promise<string> {
  return await new Promise((resolve) => {
    void watchCondition(agent, (condition, why) => resolve(`${condition}: ${why}`));
  });
}
