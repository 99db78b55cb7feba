/** V8's pause before it gives up: the target goes on to its end whatever becomes of who asked for it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { OomPause } from '../../../agent/cdp/oom-pause.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

/** With what it takes V8 to give up by itself on a busy machine: a target that nobody releases lives for ever. */
const DIES_WITHIN_MS = 60_000;

const OWNER = join(import.meta.dirname, '../../support/oom-owner.js');

async function startFull(nodeBinaryPath: string): Promise<Target> {
  const target = await startTarget('deaths', {
    nodeBinary: nodeBinaryPath,
    execArgv: ['--max-old-space-size=40'],
    args: ['objects', '30'],
  });
  await target.line(/ready/);
  return target;
}

async function diesOfItsHeap(target: Target): Promise<void> {
  const exit = await Promise.race([
    target.exited,
    new Promise((resolve) => setTimeout(resolve, DIES_WITHIN_MS).unref()),
  ]);
  assert.ok(exit, 'it lives on');
  assert.equal((exit as { signal: string }).signal, 'SIGABRT');
}

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: nobody releases it, and it goes on within two seconds`, async () => {
    await using target = await startFull(await nodeBinary(major));
    let onPaused = () => {};
    const paused = new Promise<void>((resolve) => {
      onPaused = resolve;
    });
    const held: number[] = [];
    await using pause = await OomPause.open(target.wsUrl, { onPaused, onReleased: (ms) => held.push(ms) });
    await pause.arm();
    target.send('grow\n');
    await paused;
    await diesOfItsHeap(target);
    assert.ok(held[0]! > 1_400 && held[0]! < 2_000, `${held}`);
  });

  test(`Node ${major}: who asked for it is killed, or blocked`, async () => {
    for (const isKilled of [true, false]) {
      await using target = await startFull(await nodeBinary(major));
      await using owner = await startTarget(OWNER, { inspect: false, args: [target.wsUrl] });
      await owner.line(/armed/);
      target.send('grow\n');
      await owner.line(/paused/);
      if (isKilled) owner.kill('SIGKILL');
      await diesOfItsHeap(target);
    }
  });
}

test('released before, it is as if nothing had been', async () => {
  await using target = await startFull(process.execPath);
  const seen: string[] = [];
  await using pause = await OomPause.open(target.wsUrl, {
    onPaused: () => seen.push('paused'),
    onReleased: () => seen.push('released'),
  });
  await pause.arm();
  await pause.release();
  target.send('grow\n');
  await diesOfItsHeap(target);
  assert.deepEqual(seen, []);
});

test('a target that is not there', async () => {
  const listener = { onPaused() {}, onReleased() {} };
  await assert.rejects(OomPause.open('ws://127.0.0.1:9/none', listener), /Cannot attach to 127\.0\.0\.1:9/);
});
