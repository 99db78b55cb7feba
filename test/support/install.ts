/**
 * Packages of the registry in a folder of their own under `.cache/`, fetched on first use.
 *
 *     .cache/<folder>.<pid>-<random>/   npm installs here ...
 *     .cache/<folder>/                  ... and one rename puts it here, whole
 *
 * Several processes may ask at once: each fetches for itself, the first rename wins, the others throw theirs away.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { cachePath } from './project.ts';

const run = promisify(execFile);

/**
 * Installs `packages` (`name@version`) into `.cache/<folder>` unless that folder exists; no script of theirs is run.
 * Gives the folder, which holds `node_modules`. @throws Error when npm cannot, with its own last line as the reason.
 */
export async function install(folder: string, packages: readonly string[]): Promise<string> {
  const home = cachePath(folder);
  if (existsSync(home)) return home;
  const draft = `${home}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { recursive: true });
  try {
    await npmInstall(draft, packages);
    await rename(draft, home).catch((error: NodeJS.ErrnoException) => {
      // somebody else was first: theirs is as good
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return home;
}

async function npmInstall(folder: string, packages: readonly string[]): Promise<void> {
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  try {
    await run('npm', ['install', '--prefix', folder, ...flags, ...packages], { shell: process.platform === 'win32' });
  } catch (error) {
    throw new Error(
      `Cannot install ${packages.join(', ')}: ${reasonOf(error)}; check that the npm registry can be reached`,
      { cause: error },
    );
  }
}

/** npm's first line about what went wrong, without its prefix. */
function reasonOf(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const lines = output.split('\n').map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim());
  return lines.find((line) => line !== '' && !/^(code|errno|syscall|network) /.test(line)) ?? String(error);
}
