/** What scripts/large-file.ts writes, as the commands read it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filePaths } from '../../agent/file/file-path.ts';
import { fileRows } from '../../agent/file/file-rows.ts';
import { writeLargeFile } from '../../scripts/large-file.ts';
import { folder } from '../support/folder.ts';

test('a large file is a whole snapshot with as many sessions as were asked for', async () => {
  await using dir = await folder();
  const path = dir.join('large.heapsnapshot');
  const { nodes } = writeLargeFile(path, 2345);
  const { rows } = await fileRows({ path, by: ['kind', 'retained'] }, () => {});
  assert.equal(rows[0]!.count, nodes - 1);
  assert.deepEqual(
    rows[0]!.rows.filter(({ kind }) => kind.endsWith('Session')).map(({ kind, count }) => [kind, count]),
    [
      ['Session', 2345],
      ['properties of Session', 2345],
      ['elements of Session', 2345],
    ],
  );
  const { paths } = await filePaths({ path, to: 'Last', most: 1, strings: true }, () => {});
  assert.deepEqual(paths, ['global.last']);
});
