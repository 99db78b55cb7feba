import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nodeBinary } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';

const entry = fileURLToPath(new URL('../../../collector/cli/heapwatch.js', import.meta.url));

function run(node: string, args: readonly string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(node, [entry, ...args], (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

it('a Node that is too old is told which one is needed, in one line', async () => {
  const { code, stdout, stderr } = await run(await nodeBinary(18), ['ls']);
  assert.equal(stdout, '');
  assert.match(stderr, /^heapwatch: Cannot run on Node 18\.\d+\.\d+: it needs Node 20\.19 or newer; [^\n]*\n$/);
  assert.equal(code, 1);
});

it('the least Node is the one that package.json names, and has the commands', async () => {
  const { engines, bin } = JSON.parse(await readFile(`${projectRoot}/package.json`, 'utf8'));
  assert.equal(bin.heapwatch, 'dist/collector/cli/heapwatch.js');
  assert.match(await readFile(entry, 'utf8'), new RegExp(`\\[${engines.node.replace('>=', '').replace('.', ', ')}\\]`));
  const { code, stdout } = await run(process.execPath, ['--version']);
  assert.equal(code, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
