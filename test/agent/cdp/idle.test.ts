/** A proxy that cuts connections on which nothing is said does not cut ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { startTarget } from '../../support/target.ts';

test('a session on which nobody asks anything says a trifle each second', async () => {
  await using target = await startTarget('puppet');
  let trifles = 0;
  let enough: () => void;
  const alive = new Promise<void>((resolve) => {
    enough = resolve;
  });
  await using proxy = await startInspectorProxy(target.port, {
    onFrame: ({ from, method }) => {
      if (from === 'client' && method === 'Runtime.getIsolateId' && ++trifles === 2) enough();
    },
  });
  const { pathname } = new URL(target.wsUrl);
  await using session = await openSession(`ws://${proxy.address}${pathname}`);
  await alive;
  assert.equal((await session.send('Runtime.evaluate', { expression: '1 + 1' })).result.value, 2);
});

test('one that owes an answer is asked again, every other second: a proxy would cut it meanwhile', async () => {
  await using target = await startTarget('puppet');
  const askedAtMs: number[] = [];
  let enough: () => void;
  const alive = new Promise<void>((resolve) => {
    enough = resolve;
  });
  await using proxy = await startInspectorProxy(target.port, {
    onFrame: ({ from, method }) => {
      if (from === 'client' && method === 'Runtime.getIsolateId' && askedAtMs.push(performance.now()) === 4) enough();
    },
  });
  const { pathname } = new URL(target.wsUrl);
  await using session = await openSession(`ws://${proxy.address}${pathname}`);
  target.send('block 600\n');
  await target.line(/blocks/);
  askedAtMs.length = 0;
  const owed = session.send('Runtime.getHeapUsage').catch(() => {});
  await alive;
  // the first after a second, the others after two
  assert.ok((askedAtMs[3] as number) - (askedAtMs[0] as number) > 3 * 1_900, askedAtMs.join(' '));
  await target[Symbol.asyncDispose]();
  await owed;
});
