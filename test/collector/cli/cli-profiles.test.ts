/** Sampling profiles in files: read by site, compared, and refused by name where a graph is asked for. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';
import type { Partition } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';

const program = (count: number) =>
  `class S {} globalThis.kept = []; for (let i = 0; i < ${count}; i++) kept.push(new S());`;

it('a profile that Node has written is read by site, and compared; what asks for a graph is refused', async () => {
  await using dir = await folder();
  for (const [name, count] of [
    ['a.heapprofile', 20_000],
    ['b.txt', 200_000],
  ] as const) {
    const flags = [
      '--heap-prof',
      '--heap-prof-interval=4096',
      `--heap-prof-dir=${dir.path}`,
      `--heap-prof-name=${name}`,
    ];
    await promisify(execFile)(process.execPath, [...flags, '-e', program(count)]);
  }
  const [a, b] = [dir.join('a.heapprofile'), dir.join('b.txt')];
  const { code, stdout, stderr } = await runCli(['heap', a, '--json']);
  assert.equal(code, 0, stderr);
  const { by, probe, rows } = JSON.parse(stdout) as Partition;
  assert.deepEqual([by, probe], ['site', 'sampling']);
  const own = rows.find(({ kind }) => kind.includes('[eval]'))!;
  assert.ok(own.sizeBytes > 300_000 && own.sizeBytes < 900_000, JSON.stringify(own));
  const compared = await runCli(['diff', b, a]);
  assert.equal(compared.code, 0, compared.stderr);
  assert.match(compared.stdout, /\[eval\]/);
  const refused = await runCli(['path', a, 'S']);
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /it is a sampling profile \(\.heapprofile\), which tells sites of allocations/);
});
