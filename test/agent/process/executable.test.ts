import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isNodeName } from '../../../agent/process/executable.ts';
import { readProcess } from '../../../agent/process/process.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';

/** A process that has begun its program, until it is given back. */
async function run(program: string, args: string[]): Promise<AsyncDisposable & { readonly pid: number }> {
  const child: ChildProcess = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  return {
    pid: child.pid as number,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

const IDLE = ['-e', "process.stdout.write('on'); setInterval(() => {}, 1_000)"];

test('a program is Node by what is in it: a copy, a link, whatever its name', async () => {
  await using dir = await folder();
  const copy = join(dir.path, 'my app (copy)');
  await copyFile(process.execPath, copy);
  const soft = join(dir.path, 'server');
  await symlink(process.execPath, soft);
  const hard = join(dir.path, 'hard');
  await link(copy, hard);
  for (const program of [copy, soft, hard]) {
    await using running = await run(program, IDLE);
    assert.equal((await readProcess(running.pid)).isNode, true, program);
  }
});

test('a program is not Node by its name', async () => {
  await using dir = await folder();
  const named = join(dir.path, 'node');
  await copyFile('/bin/cat', named);
  const child = spawn(named, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write('on');
  await once(child.stdout, 'data');
  assert.equal((await readProcess(child.pid as number)).isNode, false);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

for (const major of TRIED_MAJORS) {
  test(`Node ${major} is Node`, async () => {
    await using running = await run(await nodeBinary(major), IDLE);
    assert.equal((await readProcess(running.pid)).isNode, true);
  });
}

test('a program whose file cannot be read is Node by its name', () => {
  for (const name of ['node', 'nodejs', 'node20', 'node-22.1']) assert.ok(isNodeName(name), name);
  for (const name of ['node_exporter', 'nodemon', 'sleep', 'bun', '']) assert.ok(!isNodeName(name), name);
});
