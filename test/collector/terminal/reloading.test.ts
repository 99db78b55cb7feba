/** A configuration that is taken anew. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reloaded } from '../../../collector/terminal/reloading.ts';
import { LogLines } from '../../support/log-lines.ts';

test('one that is refused, at once or later, ends nothing, and the log says why', async () => {
  const lines = new LogLines();
  const refusals = [
    async () => Promise.reject(new Error('line 3: no such key\nline 4: no such probe')),
    () => {
      throw new Error('no such file');
    },
  ];
  for (const take of refusals) assert.equal(await reloaded(take, lines.logger), undefined);
  assert.equal(await reloaded(async () => 'taken', lines.logger), 'taken');
  for (const problems of [['line 3: no such key', 'line 4: no such probe'], ['no such file']]) {
    assert.deepEqual((await lines.next('configuration refused: the previous one stays in force')).problems, problems);
  }
});
