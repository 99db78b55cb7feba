/** `sample --ages` on a process that leaks beside churn. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { startTarget } from '../../support/target.ts';

const PROGRAM = `const leaked = [];
let last;
function leak() { leaked.push(new Array(250).fill(0.5)); }
function churn() { for (let at = 0; at < 40; at++) last = new Array(2500).fill(at); }
console.log('ready');
setInterval(() => { leak(); churn(); }, 5);
`;

test('what stays comes first, churn has not survived, and each reading is one collection', async () => {
  await using dir = await folder();
  await writeFile(dir.join('leak.mjs'), PROGRAM);
  await using target = await startTarget(dir.join('leak.mjs'), { execArgv: ['--no-opt'] });
  await target.line(/ready/);
  await using proxy = await startInspectorProxy(target.port);
  const args = ['sample', proxy.address, '--for', '4s', '--interval', '8KB', '--ages', '6'];
  const { code, stdout, stderr } = await startCli([...args, '--json']).result;
  assert.equal(code, 0, stderr);
  const { readAt, sites } = JSON.parse(stdout) as {
    readAt: string[];
    sites: { site: string; survivedBytes?: number; cohortBytes: number[]; sizeBytes: number }[];
  };
  assert.equal(readAt.length, 6);
  assert.match(sites[0]!.site, /^leak \(.*leak\.mjs:3\)$/, stdout);
  assert.ok(sites[0]!.survivedBytes! > 0);
  assert.ok(!sites.some(({ site, survivedBytes }) => site.startsWith('churn ') && survivedBytes !== undefined), stdout);
  for (const { cohortBytes, sizeBytes } of sites) {
    assert.equal(
      cohortBytes.reduce((sum, each) => sum + each, 0),
      sizeBytes,
    );
  }
  const profiles = proxy.calls.filter(({ method }) => method === 'HeapProfiler.getSamplingProfile').length;
  // one more asks whether somebody samples already
  assert.equal(profiles, 7);
  const { stdout: table } = await startCli([...args, '--rows', '1']).result;
  assert.match(table, /^Survivors of 6 readings: .*\n *Survived +an hour +by 1 .* Total +Allocation site\n.* leak \(/);
});
