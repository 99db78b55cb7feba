import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNodeName, ProcessError, portIn, readProcess, socketInodes } from '../../agent/process.ts';
import { startTarget } from '../support/target.ts';

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

test('the port of an inspector is the last that the flags name', () => {
  const ports: [string, number][] = [
    ['app.js', 9229],
    ['--inspect app.js', 9229],
    ['--inspect=9400', 9400],
    ['--inspect=0.0.0.0:9401', 9401],
    ['--inspect=[::1]:9402', 9402],
    ['--inspect=localhost', 9229],
    ['--inspect-brk=9403', 9403],
    ['--inspect-port=0', 0],
    ['--inspect-port 9404 app.js', 9404],
    ['--debug-port=9405', 9405],
    ['--inspect=1 --inspect-port=2', 2],
    ['--inspect-publish-uid=http', 9229],
  ];
  for (const [flags, port] of ports) assert.equal(portIn(flags.split(' ')), port, flags);
});

test('a program is Node by its name', () => {
  for (const name of ['node', 'nodejs', 'node20', 'node-22.1']) assert.ok(isNodeName(name), name);
  for (const name of ['node_exporter', 'nodemon', 'sleep', 'bun', '']) assert.ok(!isNodeName(name), name);
});
