/** The package as its users get it: packed, installed in an empty folder, run by npx, imported, and compiled against. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ownSnapshot } from '../../support/own-snapshot.ts';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../../..', import.meta.url));

const PROGRAM = `import { hpy, type HeapSet, type Paths, type Relation } from 'heapwatch';
import { type AgentOptions, register } from 'heapwatch/agent';
import { type Client, connect } from 'heapwatch/client';
import { type HeapDelta, heapDelta, type LeakTestOptions } from 'heapwatch/test';

const nowhere: AgentOptions = { name: 'use' };
register(nowhere);
const few: LeakTestOptions = { iterations: 25, rounds: 6, explain: false };
const delta: HeapDelta = await heapDelta(() => ({}), few);
if (delta.leaks.length > 0) throw new Error(JSON.stringify(delta.leaks));
const client: Client = connect('ws://127.0.0.1:9', { firstMs: 0 });
const reason: string | undefined = (await client.closed)?.message;
if (!/ECONNREFUSED/.test(reason ?? '')) throw new Error(reason);
const hp = await hpy('own.heapsnapshot', { strings: false });
const heap: HeapSet = await hp.heap({ label: 'own' });
const size: Relation = hp.Size;
const paths: Paths | undefined = heap[0]?.byvia.sp;
const numpaths: bigint | undefined = paths?.numpaths;
console.log(String(heap.and(size(16).alt('>='))), numpaths, heap.stat.diff(heap.stat).rows, heap.partition[0]?.count);
// @ts-expect-error a slip of the fingers
void (() => heap.referers);
await hp.close();
`;

test('the packed tarball installs in an empty folder', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-package-'));
  t.after(() => rm(folder, { recursive: true }));
  // no scripts: dist is built, and a build would pull it away from under the other tests
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: project });
  const [tarball = ''] = await readdir(folder);
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', join(folder, tarball)], { cwd: folder });

  await t.test('and runs by npx', async () => {
    const help = await run('npx', ['--no-install', 'heapwatch', '--help'], { cwd: folder });
    assert.match(help.stdout, /heapwatch heap <target>/);
    const files = await readdir(join(folder, 'node_modules', 'heapwatch', 'dist'));
    assert.deepEqual(files.sort(), ['agent', 'collector', 'protocol']);
  });

  await t.test('and is a library with types, all of which can be found', async () => {
    await writeFile(join(folder, 'own.heapsnapshot'), await ownSnapshot());
    await writeFile(join(folder, 'use.mts'), PROGRAM);
    const options = {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'esnext.disposable'],
      strict: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [join(project, 'node_modules', '@types')],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.mts'] }));
    await run(tool('tsc'), ['-p', folder], { cwd: folder });
    const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder });
    assert.match(stdout, /^Partition of a set of \d+ objects\./);
  });

  for (const [module, resolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ] as const) {
    await t.test(`and its types are found by a program of module resolution ${resolution}`, async () => {
      await writeFile(join(folder, 'use.mts'), PROGRAM);
      const how = [
        '--module',
        module,
        '--moduleResolution',
        resolution,
        '--target',
        'es2022',
        '--skipLibCheck',
        'true',
      ];
      const types = ['--types', 'node', '--typeRoots', join(project, 'node_modules', '@types')];
      await run(tool('tsc'), ['--ignoreConfig', '--noEmit', '--strict', ...how, ...types, 'use.mts'], { cwd: folder });
    });
  }

  await t.test('and is what publint and attw take for a well-made package', async () => {
    await run(tool('publint'), ['run', join(folder, tarball), '--strict'], { cwd: folder });
    await run(tool('attw'), [join(folder, tarball), '--profile', 'esm-only', '--no-color'], { cwd: folder });
  });
});

function tool(name: string): string {
  return join(project, 'node_modules', '.bin', name);
}
