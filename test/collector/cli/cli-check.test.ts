import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { configSchema } from '../../../collector/config/config-schema.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { assertGolden } from '../../support/golden.ts';

const TEXT = `store: { path: heapwatch.db, keep: 14d }
targets: [{ name: api, inspect: 127.0.0.1:9229, by: [kind, module] }]
discover:
  - { ports: 9230-9239, name: worker, group: workers, schedule: { types: false } }
  - { file: targets/*.json }
  - { dns: api.internal, forgetAfter: 1h }
schedule: { census: 5m }
alerts:
  - { name: Leak, targets: "api*", watch: { kind: Session, probe: census }, when: { growth: 1000, within: 15m } }
`;

test('check tells what will be looked for, run, watched and told', async () => {
  await using dir = await folder();
  const path = dir.join('heapwatch.yaml');
  await writeFile(path, TEXT);
  const { code, stdout } = await runCli(['check', path]);
  assert.equal(code, 0);
  // prices have tests of their own
  const lines = stdout.split('\n').filter((line) => !line.startsWith(' ') && !line.startsWith('walks: '));
  // whose memory may be read depends on who asks
  assert.match(stdout, /^walks: .*memory of .* may/m);
  assertGolden(lines.join('\n'), 'config/check.txt');

  await writeFile(path, TEXT.replace('15m', '10m'));
  const refused = await runCli(['check', path]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /heapwatch\.yaml:9:5: alerts\[0\] Leak: .*: add schedule: \{ census: 200s \}/);
  // what the environment says counts here too
  const admitted = await runCli(['check', path], { HEAPWATCH_SCHEDULE_CENSUS: '3m' });
  assert.equal(admitted.code, 0);
});

test('check prints the schema of configurations', async () => {
  const { code, stdout } = await runCli(['check', '--schema']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), configSchema());
  assert.equal((await runCli(['check'])).code, 2);
});
