/** A main thread that its inspector holds is walked as one that is stopped, and goes on whatever happens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { holdMain } from '../../../agent/probe/held-main.ts';
import { Walker } from '../../../agent/probe/walk.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

const KEPT = 20_000;

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: held while it allocates, its kinds are exact, and it goes on`, async () => {
    await using target = await startTarget('walked-load', {
      nodeBinary: await nodeBinary(major),
      execArgv: ['--expose-gc'],
    });
    await target.line(/^made /);
    await using agent = await attach(target.wsUrl);
    await using walker = await Walker.open({ pid: target.pid });
    for (let i = 0; i < 3; i++) {
      const options = { target: 'load', stop: false, limitMs: 20_000 };
      const [main] = await walker.walk({ ...options, hold: (limitMs) => holdMain(agent, limitMs) });
      const kept = main!.rows.find(({ kind }) => kind === 'Kept');
      assert.ok(kept!.count - KEPT <= 1 && kept!.count >= KEPT, `${kept!.count} Kept`);
      assert.equal(kept!.estimated, undefined);
      assert.ok(main!.cost!.pauseMs! > 0);
    }
    await target.line(/^made /);
  });
}

test('what is held goes on by itself after the limit', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  await using agent = await attach(target.wsUrl);
  const held = await holdMain(agent, 1);
  const main = await agent.isolate('main');
  // queued in the target behind the wait
  await main.send('Runtime.evaluate', {
    expression: 'new Promise((resolve) => setImmediate(resolve))',
    awaitPromise: true,
  });
  assert.equal((await held.release()).wasHeld, false);
});

test('a program that computes on is not held, and not later either', async () => {
  await using target = await startTarget('idle-sessions', { args: ['loop'] });
  await target.line(/ready/);
  await using agent = await attach(target.wsUrl);
  await assert.rejects(holdMain(agent, 60_000), { name: 'HoldError', message: /computes for 1000 ms without a pause/ });
});

test('a target whose reader ends is let go when the limit has passed', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  {
    await using agent = await attach(target.wsUrl);
    await holdMain(agent, 300);
  }
  target.send('title 1\n');
  await target.line(/titled/);
});
