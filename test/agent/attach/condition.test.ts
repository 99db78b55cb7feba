/** Running, paused, blocked and dead are four things. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { DetachedError } from '../../../agent/cdp/session.ts';
import { startTarget } from '../../support/target.ts';

test('a target that turns is running', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  assert.equal(agent.turnMs, undefined);
  assert.equal(await agent.condition(), 'running');
  assert.ok(agent.turnMs! > 0 && agent.turnMs! < 1_000);
});

test("a target in somebody else's debugger is paused, and running again after it", async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  await using debuggers = await openSession(target.wsUrl);
  const paused = new Promise((resolve) => debuggers.on('Debugger.paused', resolve));
  await debuggers.send('Debugger.enable');
  await debuggers.send('Debugger.pause');
  // a pause begins with the next JavaScript
  target.send('worker\n');
  await paused;
  assert.equal(await agent.condition(), 'paused');
  assert.equal(agent.turnMs, undefined);
  // the answer to resume comes while V8 still stands
  const resumed = new Promise((resolve) => debuggers.on('Debugger.resumed', resolve));
  await debuggers.send('Debugger.resume');
  await resumed;
  assert.equal(await agent.condition(), 'running');
});

test('a target in an endless loop is blocked', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.send('loop\n');
  await target.line(/loops/);
  assert.equal(await agent.condition(150), 'blocked');
  assert.ok(agent.turnMs! >= 140, `${agent.turnMs} ms of a loop that does not turn`);
});

test('a target in blocking native code is blocked, and running again after it', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.send('block 1\n');
  await target.line(/blocks/);
  assert.equal(await agent.condition(150), 'blocked');
  assert.equal(await agent.condition(10_000), 'running');
});

test('a stopped target is blocked, a killed one gone', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.kill('SIGSTOP');
  assert.equal(await agent.condition(150), 'blocked');
  target.kill('SIGKILL');
  await assert.rejects(agent.condition(10_000), DetachedError);
  assert.ok((await agent.closed) instanceof DetachedError);
});
