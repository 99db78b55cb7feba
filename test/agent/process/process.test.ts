import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessError, readProcess, socketInodes } from '../../../agent/process/process.ts';
import { startTarget } from '../../support/target.ts';

test('a process is read without touching it', async () => {
  await using target = await startTarget('puppet');
  await target.line(/ready/);
  const found = await readProcess(target.pid);
  assert.equal(found.ownPid, target.pid);
  assert.deepEqual([found.isNode, found.sigusr1, found.sharesNetwork], [true, 'caught', true]);
  assert.ok(found.command.at(-1)?.endsWith('puppet.mjs'));
  assert.ok(Math.abs(Date.now() - found.startedAtMs) < 60_000, `${found.startedAtMs}`);
  assert.ok((await socketInodes(target.pid)).size > 0);
});

test('a process that has gone is told', async () => {
  const target = await startTarget('puppet');
  await target[Symbol.asyncDispose]();
  await assert.rejects(readProcess(target.pid), new ProcessError('there is no such process'));
  await assert.rejects(socketInodes(target.pid), ProcessError);
});
