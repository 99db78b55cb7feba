/** Projects with leak tests, each for one runner, in a folder where `heapwatch` is installed as its users have it. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.ts';

export const RUNNERS = ['node', 'vitest', 'vitest threads', 'jest'] as const;
export type Runner = (typeof RUNNERS)[number];

const project = fileURLToPath(new URL('../../../', import.meta.url));

export interface RunnerResult {
  readonly code: number;
  /** What it wrote, both streams. */
  readonly output: string;
  /** Of each test, in the order in which they ended. */
  readonly tookMs: readonly number[];
}

export interface RunnerAsk {
  readonly seeds: readonly number[];
  /** Modules whose names contain it. */
  readonly only?: string;
}

/** Runs the tests of all modules with one runner. Vitest and Jest are fetched into `.cache/` on first use. */
export async function runLeakTests(runner: Runner, { seeds, only }: RunnerAsk): Promise<RunnerResult> {
  const packages = await install('leak-runners-1', ['vitest@3.2.7', 'jest@30.5.2']);
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-runners-'));
  try {
    await cp(join(project, 'test/fixtures/leak-runners'), join(folder, 'leak-runners'), { recursive: true });
    await cp(join(project, 'test/fixtures/leak-modules.cjs'), join(folder, 'leak-modules.cjs'));
    await mkdir(join(folder, 'node_modules'));
    await symlink(project, join(folder, 'node_modules/heapwatch'));
    await symlink(join(packages, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      LEAK_SEEDS: seeds.join(),
      ...(only !== undefined && { LEAK_ONLY: only }),
    };
    // it tells a runner in a runner to be quiet
    delete env.NODE_TEST_CONTEXT;
    return await ended(argumentsOf(runner, folder, packages), folder, env);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function argumentsOf(runner: Runner, folder: string, packages: string): string[] {
  const vitest = [join(packages, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder];
  switch (runner) {
    case 'node':
      return ['--test', join(folder, 'leak-runners/node.test.mjs')];
    case 'vitest':
      return [...vitest, '--pool', 'forks', 'leak-runners/vitest.test.mjs'];
    case 'vitest threads':
      return [...vitest, '--pool', 'threads', 'leak-runners/vitest.test.mjs'];
    default: {
      const config = { rootDir: folder, testMatch: ['**/jest.test.cjs'], transform: {}, testEnvironment: 'node' };
      return [join(packages, 'node_modules/jest/bin/jest.js'), '--config', JSON.stringify(config), '--watchman=false'];
    }
  }
}

function ended(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<RunnerResult> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      const tookMs = [...output.matchAll(/heapwatch (\d+) ms/g)].map(([, ms]) => Number(ms));
      resolve({ code: error ? Number(error.code ?? 1) : 0, output, tookMs });
    });
  });
}
