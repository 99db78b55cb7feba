/** The examples of the library do what they say. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { startTarget } from '../../support/target.ts';

const run = promisify(execFile);

function path(name: string): string {
  return join(projectRoot, 'scripts/examples', name);
}

test("julia.mjs: the book's three tables", async () => {
  const width = 40;
  const { stdout } = await run(process.execPath, [path('julia.mjs'), String(width)]);
  const tables = stdout.split(/^heapy after .*$/m).slice(1);
  assert.equal(tables.length, 3);
  const complex = tables.map((table) => Number(/^ +\d+ +(\d+) .* Complex$/m.exec(table)?.[1] ?? 0));
  assert.deepEqual(complex, [0, 2 * width * width, 2 * width * width]);
  assert.match(stdout, new RegExp(`^Length of x: ${width}\nTotal elements: ${width * width}$`, 'm'));
});

test('leak.mjs: from a process that grows to the variable', async () => {
  await using target = await startTarget('leaks', { args: ['listeners', '50'] });
  await target.line(/^ready/);
  const args = [path('leak.mjs'), `${target.port}`, '1'];
  const example = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(example, 'close');
  let stdout = '';
  example.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  while (!/^checkpoint taken/m.test(stdout)) await Promise.race([once(example.stdout, 'data'), closed]);
  target.send('grow 30\n');
  assert.deepEqual(await closed, [0, null]);
  assert.match(stdout, /^Born since checkpoint "checkpoint 1" of /m);
  assert.match(stdout, /^Reference Pattern by /m);
  assert.match(stdout, /^module \/.*\/leaks\.mjs: bus\.on\("message"\)\[50\]/m);
});

test('compare.mjs: what one file has over another, and what holds it', async () => {
  await using dir = await folder();
  await using target = await startTarget('leaks', { args: ['array', '50'] });
  await target.line(/^ready/);
  const files = [dir.join('before.heapsnapshot'), dir.join('after.heapsnapshot')];
  for (const file of files) {
    const { code, stderr } = await runCli(['snapshot', `${target.port}`, '-o', file, '--yes']);
    assert.equal(code, 0, stderr);
    target.send('grow 3000\n');
    await target.line(/^grown/);
  }
  const { stdout } = await run(process.execPath, [path('compare.mjs'), ...files]);
  assert.match(stdout, /^Summary of difference operation \(A-B\)\.$/m);
  assert.match(stdout, /^ +\d +3000 +\d+ .* Session$/m);
  assert.match(stdout, /^Object, by what it is referred by:$/m);
  assert.match(stdout, /leaks\.mjs: auditLog\[\d+\]\.user$/m);
});

test('no-leak.test.mjs: passes', async () => {
  await run(process.execPath, ['--test', path('no-leak.test.mjs')], { env: withoutTestContext() });
});

/** A test runner that finds itself within another reports to that one. */
function withoutTestContext(): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return env;
}
