/** `heapwatch audit` of a collector that runs, and of what it has left. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { startCollector } from '../../../collector/main/collector.ts';
import { runCli } from '../../support/cli.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';

it('says who did what, from a collector and from its files, and whether that is whole', async () => {
  await using dir = await folder();
  const store = dir.join('heapwatch.db');
  const audit = { dir: `${store}.audit`, keepMs: 86_400_000, key: { env: 'AUDIT_KEY' } };
  const env = { AUDIT_KEY: 'a-key-of-the-auditors' };
  const logs = new LogLines();
  const collector = await startCollector({ ...configOf([]), audit }, { logger: logs.logger, env });
  await runCli(['mark', collector.url, 'load "test"']);
  const live = await runCli(['audit', 'list', collector.url, '--act', 'm*']);
  assert.match(live.stdout, /^\S+Z local from 127\.0\.0\.1: mark failed.*: Cannot mark "load "test"": no target.*\n$/);
  const key = { HEAPWATCH_AUDIT_KEY: env.AUDIT_KEY };
  assert.match((await runCli(['audit', 'verify', collector.url], key)).stdout, /: \d entries, 1 to \d, whole/);
  await collector.close();

  const listed = await runCli(['audit', 'list', store, '--json']);
  const acts = listed.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { act: string }).act);
  assert.deepEqual([acts[0], acts.at(-1)], ['start', 'stop']);
  const hash = JSON.parse(listed.stdout.split('\n')[2]!).hash as string;
  const whole = await runCli(['audit', 'verify', store, '--has', hash], key);
  assert.deepEqual([whole.code, whole.stderr], [0, '']);
  assert.equal((await runCli(['audit', 'verify', store])).code, 6, 'without the key no hash fits');
  const lost = await runCli(['audit', 'verify', store, '--has', 'f'.repeat(64)], key);
  assert.match(lost.stdout, /no entry has the hash f{64}/);

  const [name] = readdirSync(audit.dir);
  const path = join(audit.dir, name!);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"outcome":"failed"', '"outcome":"done"'));
  const changed = await runCli(['audit', 'verify', store], key);
  assert.deepEqual([changed.code, /^entry \d: was changed/m.test(changed.stdout)], [6, true]);
  const none = await runCli(['audit', 'list', dir.join('none.db')]);
  assert.deepEqual([none.code, /^heapwatch: Cannot read an audit trail at /.test(none.stderr)], [2, true]);
});
