/** `--index`, `--no-index` and HEAPWATCH_INDEX_BYTES of the commands that read files. */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { indexSetting } from '../../../collector/terminal/index-options.ts';
import { runCli } from '../../support/cli.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

async function indexesIn(dir: Folder): Promise<string[]> {
  return readdir(dir.join('cache/heapwatch/index')).catch(() => []);
}

describe('the index of a command', () => {
  it('is made by the first question and answers the second; --no-index does neither', async () => {
    await using dir = await folder();
    const path = dir.join('app.heapsnapshot');
    await writeFile(path, snapshotText("0>1 1>2 1>3 1:object:'global / ' 2:object:Session:48 3:object:Session:48"));
    const ask = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const { code, stdout, stderr } = await runCli(args, { XDG_CACHE_HOME: dir.join('cache'), ...env });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    const expected = await ask(['heap', path, '--no-index']);
    assert.deepEqual(await indexesIn(dir), []);
    await ask(['heap', path]);
    assert.deepEqual(await indexesIn(dir), [], 'a small file is read anew');
    await ask(['heap', path, '--index'], { HEAPWATCH_INDEX_BYTES: '0' });
    assert.deepEqual(await indexesIn(dir), []);
    assert.equal(await ask(['heap', path, '--index']), expected);
    assert.equal((await indexesIn(dir)).length, 1);
    assert.equal(await ask(['heap', path, '--index']), expected);
    const found = await ask(['path', path, 'Session', '--index']);
    assert.equal(await ask(['path', path, 'Session', '--no-index']), found);
  });

  it('refuses a number of bytes that is none', async () => {
    const { code, stderr } = await runCli(['heap', 'app.heapsnapshot'], { HEAPWATCH_INDEX_BYTES: '4 GB' });
    assert.equal(code, 2);
    assert.match(stderr, /Cannot use HEAPWATCH_INDEX_BYTES: expected a number of bytes, got "4 GB"/);
  });
});

describe('indexSetting', () => {
  it('is in the cache folder of the XDG base directory specification', () => {
    const folderFor = (cache?: string) => indexSetting(undefined, { XDG_CACHE_HOME: cache })?.folder;
    assert.equal(folderFor('/var/cache/me'), '/var/cache/me/heapwatch/index');
    for (const none of [undefined, '', 'relative']) {
      assert.equal(folderFor(none), join(homedir(), '.cache/heapwatch/index'));
    }
  });

  it('is of files from 32 MB on, of all, or of none', () => {
    assert.equal(indexSetting(undefined, {})?.fromBytes, 2 ** 25);
    assert.equal(indexSetting(true, {})?.fromBytes, 0);
    assert.equal(indexSetting(false, {}), undefined);
    assert.equal(indexSetting(true, { HEAPWATCH_INDEX_BYTES: '1000' })?.maxBytes, 1000);
  });
});
