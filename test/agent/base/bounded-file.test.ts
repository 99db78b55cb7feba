/** Files that somebody names: read to a bound, whatever they are. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { readBounded, readBoundedSync } from '../../../agent/base/bounded-file.ts';
import { folder } from '../../support/folder.ts';

test('a file up to the bound is read whole, a longer one and one without an end are not', async () => {
  await using dir = await folder();
  const path = dir.join('token');
  await writeFile(path, 'x'.repeat(200_000));
  assert.equal(readBoundedSync(path, 200_000).length, 200_000);
  assert.equal((await readBounded(path, 200_000)).length, 200_000);
  assert.throws(() => readBoundedSync(path, 199_999), /^Error: it is larger than 199999 bytes$/);
  await assert.rejects(readBounded(path, 199_999, ', use less'), /^Error: it is larger than 199999 bytes, use less$/);
  assert.throws(() => readBoundedSync('/dev/zero', 1_000_000), /larger than 1000000 bytes/);
});

test('no writer of a FIFO is waited for where others wait', async () => {
  await using dir = await folder();
  const path = dir.join('fifo');
  execFileSync('mkfifo', [path]);
  await assert.rejects(readBounded(path, 10), /^Error: it is no regular file$/);
  await assert.rejects(readBounded('/dev/zero', 10), /^Error: it is no regular file$/);
  await assert.rejects(readBounded(dir.join('none'), 10), { code: 'ENOENT' });
  assert.throws(() => readBoundedSync(dir.join('none'), 10), { code: 'ENOENT' });
});
