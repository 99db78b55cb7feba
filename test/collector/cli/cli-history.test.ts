import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startCli } from '../../support/cli.ts';
import { partitionEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { openLog } from '../../support/stored-log.ts';

async function run(...args: string[]): Promise<[code: number | null, text: string]> {
  const { code, stdout, stderr } = await startCli(['history', ...args]).result;
  return [code, stdout + stderr];
}

it('history: what a store has, how kinds went, and one line for what is wrong', async () => {
  await using dir = await folder();
  const { log } = await openLog(dir.path);
  for (const [minute, count] of [10, 30, 20].entries()) {
    const takenAt = `2026-11-22T06:0${minute}:00.000Z`;
    const rows = [{ kind: 'Session', count, sizeBytes: 48 * count }];
    log.append(partitionEvent('api', { takenAt, rows, count, sizeBytes: 48 * count }));
  }
  await log.close();
  const path = dir.join('heapwatch.db');
  const [, spans] = await run(path);
  assert.match(
    spans,
    /^api main, by kind from snapshot: 3 samples, 2026-11-22T06:00:00.000Z to 2026-11-22T06:02:00.000Z\n$/,
  );
  const [code, table] = await run(`${path}#api`, '--kind', 'Ses*');
  assert.equal(code, 0);
  assert.match(table, /^ +10 +10 +30 +20 +480 B +480 B +1\.4 KB +960 B +▁█\S* +Session$/m);
  assert.deepEqual(await run(path, '--target', 'web'), [0, 'nothing that fits is stored of web\n']);
  assert.deepEqual(await run(dir.join('none.db')), [
    1,
    `heapwatch: Cannot open store ${dir.join('none.db')}: there is no such file\n`,
  ]);
  assert.match((await run(path, '--target', 'api', '--from', 'yore'))[1], /Cannot use --from: expected an instant/);
});
