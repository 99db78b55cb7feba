import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { startPing } from '../../../agent/probe/ping.ts';
import { startTarget } from '../../support/target.ts';

test('a ping sees blocking native code, as long as it lasts', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  const ping = startPing(agent.session);
  target.send('block 0.4\n');
  await target.line(/blocks/);
  assert.equal(await agent.condition(10_000), 'running');
  const { pauseMs } = ping.stop();
  assert.ok(pauseMs > 300 && pauseMs < 4_000, `${pauseMs}`);
});

test('a ping counts the wait of a question that is still open', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.kill('SIGSTOP');
  const ping = startPing(agent.session);
  await assert.rejects(agent.session.send('Runtime.getIsolateId', {}, { timeoutMs: 200 }), { name: 'TimeoutError' });
  assert.ok(ping.stop().pauseMs > 150);
});

test("a ping does not see the program's own JavaScript, and ends with the target", async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.send('loop\n');
  await target.line(/loops/);
  const startedAtMs = performance.now();
  const ping = startPing(agent.session);
  assert.equal(await agent.condition(1_000), 'blocked');
  const { pauseMs } = ping.stop();
  // seen, it would have waited all that time
  assert.ok(pauseMs < 0.8 * (performance.now() - startedAtMs), `${pauseMs}`);
  const last = startPing(agent.session);
  target.kill('SIGKILL');
  await agent.closed;
  last.stop();
});
