/** What a new user gets wrong with `gate` and `verify`: each told in one line, before anybody waits for it. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { freePort } from '../../support/free-port.ts';

test('gate names a server that dies under the load, not the load that fails for it', async () => {
  await using dir = await folder();
  const port = await freePort();
  const [server, load] = [dir.join('server.cjs'), dir.join('load.mjs')];
  writeFileSync(
    server,
    `let left = 2;
     require('http').createServer((_, answer) => {
       answer.end('x', () => { if (--left === 0) process.exit(3); });
     }).listen(${port}, '127.0.0.1');`,
  );
  writeFileSync(load, `for (let i = 0; i < 3; i++) await (await fetch('http://127.0.0.1:${port}')).text();`);
  const { code, stderr } = await runCli(['gate', '--load', `node ${load}`, '--', 'node', server]);
  assert.match(stderr, /^heapwatch: Cannot go on: the server has ended \(code 3\)$/m);
  assert.equal(code, 3);
});

test('gate looks first whether it can write what it is to write', async () => {
  for (const option of ['junit', 'markdown', 'write-baseline']) {
    const { code, stderr } = await runCli([
      'gate',
      '--load',
      'false',
      `--${option}`,
      '/none/such/x',
      '--',
      'node',
      'x.js',
    ]);
    assert.match(stderr, /^heapwatch: Cannot write \/none\/such\/x: no such file or folder, check the path\n$/);
    assert.equal(code, 1);
  }
});

test('verify says that a file is not there', async () => {
  for (const source of ['before.jsonl', 'heapwatch.db#api', '/srv/none']) {
    const { code, stderr } = await runCli(['verify', '--before', source, '--after', source]);
    assert.match(
      stderr,
      /^heapwatch: Cannot read [^#]+: no such file; expected a recording, a store, ws:\/\/… or a process\n$/,
    );
    assert.equal(code, 2);
  }
});
