import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import { diagnosticFolder, nearLimitFiles } from '../../../agent/process/near-limit-files.ts';
import { folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

test('what Node has written near the limit of its heap is found when it has ended', async () => {
  await using dir = await folder();
  const beganMs = Date.now() - 1_000;
  const execArgv = ['--max-old-space-size=30', '--heapsnapshot-near-heap-limit=1', `--diagnostic-dir=${dir.path}`];
  await using target = await startTarget('deaths', { inspect: false, execArgv, args: ['objects', '200'] });
  await target.line(/ready/);
  const found = await diagnosticFolder(target.pid, target.pid);
  assert.deepEqual(found, { path: dir.path, ownPid: target.pid });
  assert.deepEqual(await nearLimitFiles(found!, beganMs), []);
  target.send('grow\n');
  await target.exited;
  const files = await nearLimitFiles(found!, beganMs);
  assert.equal(files.length, 1);
  assert.match(basename(files[0]!), new RegExp(`^Heap\\.\\d+\\.\\d+\\.${target.pid}\\.\\d+\\.\\d+\\.heapsnapshot$`));
  // as Node 26 writes them, and any Node with --heap-prof
  const profile = dir.join(`Heap.20261122.062445.${target.pid}.0.002.heapprofile`);
  await writeFile(profile, '{}');
  assert.deepEqual(await nearLimitFiles(found!, beganMs), [...files, profile].sort());
  assert.deepEqual(await nearLimitFiles({ ...found!, isProfiled: true }, beganMs), files);
  assert.deepEqual(await nearLimitFiles(found!, Date.now() + 60_000), []);
  assert.deepEqual(await nearLimitFiles({ path: dir.join('none'), ownPid: 1 }, 0), []);
  assert.equal(await diagnosticFolder(target.pid, target.pid), null);
});
