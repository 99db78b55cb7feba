/** The package as its users get it: packed, installed in an empty folder, run by npx. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../..', import.meta.url));

test('the packed tarball installs in an empty folder and runs by npx', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-package-'));
  t.after(() => rm(folder, { recursive: true }));
  // no scripts: dist is built, and a build would pull it away from under the other tests
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: project });
  const [tarball = ''] = await readdir(folder);
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', join(folder, tarball)], { cwd: folder });

  const help = await run('npx', ['--no-install', 'heapwatch', '--help'], { cwd: folder });

  assert.match(help.stdout, /heapwatch heap <target>/);
  const files = await readdir(join(folder, 'node_modules', 'heapwatch', 'dist'));
  assert.deepEqual(files.sort(), ['agent', 'collector', 'protocol']);
});
