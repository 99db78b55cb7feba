/** `--by owner`: whose code what lives is, by CODEOWNERS and packages. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { startCli } from '../../support/cli.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { startTarget } from '../../support/target.ts';

const FILES = {
  '.github/CODEOWNERS': '*  @acme/all\n/src/pay/  @acme/pay ops@acme.example\n/src/nobody.mjs\n',
  'src/main.mjs': `import { Cart } from './pay/cart.mjs';
import { Free } from './nobody.mjs';
import { Pool } from 'pool';
class Own { n = 1.5 }
globalThis.kept = Array.from({ length: 100 }, () => [new Own(), new Cart(), new Free(), new Pool()]);
console.log('ready');
setInterval(() => {}, 1e6);
`,
  'src/pay/cart.mjs': 'export class Cart { items = [1.5] }\n',
  'src/nobody.mjs': 'export class Free { n = 2.5 }\n',
  'node_modules/pool/package.json': '{ "name": "pool", "type": "module", "main": "index.js" }',
  'node_modules/pool/index.js': 'export class Pool { n = 3.5 }\n',
};

async function repository(): Promise<Folder> {
  const dir = await folder();
  for (const [name, text] of Object.entries(FILES)) {
    await mkdir(join(dir.join(name), '..'), { recursive: true });
    await writeFile(dir.join(name), text);
  }
  return dir;
}

interface Rows {
  readonly header: string;
  readonly rows: readonly { kind: string; count: number }[];
}

async function owned(...args: string[]): Promise<(owner: string) => number> {
  const { code, stdout, stderr } = await startCli(['heap', ...args, '--by', 'owner', '--json']).result;
  assert.equal(code, 0, stderr);
  const { header, rows } = JSON.parse(stdout) as Rows;
  assert.equal(header, 'Owner');
  return (owner) => rows.find(({ kind }) => kind === owner)?.count ?? 0;
}

const PAY = '@acme/pay ops@acme.example';

test('a snapshot and a walk of a program in its repository, and one file of owners for all', async () => {
  await using dir = await repository();
  await writeFile(dir.join('OTHER'), 'src/ @other\n');
  await using target = await startTarget(dir.join('src/main.mjs'));
  await target.line(/ready/);
  const looks = [[`127.0.0.1:${target.port}`, '--probe', 'snapshot', '--yes'], [`pid:${target.pid}`]];
  for (const look of looks) {
    const count = await owned(...look);
    for (const owner of ['@acme/all', PAY, 'npm:pool']) assert.ok(count(owner) >= 100, `${look} ${owner}`);
    assert.ok(count('(no owner)') >= 100);
  }
  const other = await owned(looks[1]![0]!, '--owners', dir.join('OTHER'));
  assert.ok(other('@other') >= 300);
  assert.ok(other('npm:pool') >= 100);
  const { code, stderr } = await startCli(['heap', looks[1]![0]!, '--by', 'owner', '--owners', dir.join('NONE')])
    .result;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^heapwatch: Cannot read owners of \S+NONE: no such file or folder, check the path\n$/);
});

test('a bundle has the owners of the files that people wrote', async () => {
  await using dir = await repository();
  const outfile = dir.join('dist/app.mjs');
  const options = { bundle: true, minify: true, sourcemap: true, format: 'esm', platform: 'node' } as const;
  await build({ entryPoints: [dir.join('src/main.mjs')], outfile, logLevel: 'silent', ...options });
  await using target = await startTarget(outfile, { inspect: false });
  await target.line(/ready/);
  const count = await owned(`pid:${target.pid}`, '--source-maps', '.');
  for (const owner of ['@acme/all', PAY, 'npm:pool']) assert.ok(count(owner) >= 100, owner);
});
