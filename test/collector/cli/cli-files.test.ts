/** What becomes of the files that commands write. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli, startCli } from '../../support/cli.ts';
import { folder as temporaryFolder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

test('snapshot -o - and sample -o - write to standard output, and nothing else', async () => {
  await using target = await startTarget('puppet');
  await using folder = await temporaryFolder();
  const env = { TMPDIR: folder.path };
  const snapshot = await runCli(['snapshot', `${target.port}`, '-o', '-', '--yes'], env);
  assert.equal(snapshot.code, 0, snapshot.stderr);
  const { snapshot: head, nodes } = JSON.parse(snapshot.stdout);
  assert.equal(nodes.length, head.node_count * head.meta.node_fields.length);
  const sample = await runCli(['sample', `${target.port}`, '--for', '0s', '-o', '-'], env);
  const none = await runCli(['sample', `${target.port}`, '--for', '0s', '--interval', '100MB'], env);
  assert.match(none.stdout, /a set of 0 objects/);
  assert.match(none.stderr, /is alive: try a smaller --interval than 100 MB \(6\.3MB\), or sample --for longer$/m);
  assert.equal(sample.code, 0, sample.stderr);
  assert.ok(JSON.parse(sample.stdout).head);
  assert.deepEqual(await readdir(folder.path), []);
  assert.equal(existsSync('-'), false);
});

test('sample that is interrupted keeps what it has in its file', async () => {
  await using target = await startTarget('puppet');
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'x.heapprofile');
  const cli = startCli(['sample', `${target.port}`, '--for', '1h', '-o', path]);
  await cli.said(/^sampling/m);
  cli.process.kill('SIGINT');
  const { code, stderr } = await cli.result;
  assert.equal(code, 130, stderr);
  assert.ok(JSON.parse(readFileSync(path, 'utf8')).head);
  assert.deepEqual(await readdir(folder.path), ['x.heapprofile']);
});

test('record touches its file only when a target is there', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'run.jsonl');
  writeFileSync(path, 'of yesterday\n');
  const { code } = await runCli(['record', '127.0.0.1:1', '-o', path, '--force', '--for', '1s']);
  assert.equal(code, 3);
  assert.equal(readFileSync(path, 'utf8'), 'of yesterday\n');
  const fresh = join(folder.path, 'fresh.jsonl');
  assert.equal((await runCli(['record', '127.0.0.1:1', '-o', fresh, '--for', '1s'])).code, 3);
  assert.equal(existsSync(fresh), false);
});
