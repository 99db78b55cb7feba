/**
 * Whether what leaks comes first among survivors: programs that leak in ten ways, under churn, beside a full cache and what they have
 * from their start on, are sampled by age.
 *
 *     node dist/scripts/survivors.js              all shapes, 16 s each
 *     node dist/scripts/survivors.js map timer    some
 *
 * Exits with 1 where fewer than nine tenths come first, or a site of churn is among the first three.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SHAPES = ['array', 'map', 'listener', 'text', 'list', 'timer', 'promise', 'dictionary', 'context', 'closure'];
const PROGRAM = fileURLToPath(new URL('survivors/program.js', import.meta.url));
const MAIN = fileURLToPath(new URL('../collector/cli/main.js', import.meta.url));
const OPTIONS = ['--for', '16s', '--ages', '8', '--interval', '8KB', '--json'];
const FIRST = 3;

interface Site {
  readonly site: string;
  readonly cohortBytes: readonly number[];
  readonly sizeBytes: number;
  readonly survivedBytes?: number;
}

interface Verdict {
  readonly isFirst: boolean;
  readonly churn: readonly string[];
  readonly sums: boolean;
  readonly text: string;
}

const wanted = process.argv.slice(2);
const verdicts: Verdict[] = [];
for (const shape of SHAPES.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  const verdict = verdictOf(await sitesOf(shape), shape);
  verdicts.push(verdict);
  process.stdout.write(`${shape.padEnd(12)} ${verdict.text}\n`);
}
const first = verdicts.filter(({ isFirst }) => isFirst).length;
const churned = verdicts.filter(({ churn }) => churn.length > 0).length;
const summed = verdicts.filter(({ sums }) => sums).length;
process.stdout.write(
  `\n${first} of ${verdicts.length} leaks first by survivors; churn among the first ${FIRST} in ${churned}; ` +
    `bytes by cohort sum to the site's in ${summed}, Node ${process.version}\n`,
);
if (first < 0.9 * verdicts.length || churned > 0 || summed < verdicts.length) process.exitCode = 1;

async function sitesOf(shape: string): Promise<Site[]> {
  const program = spawn(process.execPath, ['--inspect=127.0.0.1:0', PROGRAM, shape], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const port = await portIn(program.stderr);
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'sample', port, ...OPTIONS], {
      maxBuffer: 2 ** 26,
    });
    return (JSON.parse(stdout) as { sites: Site[] }).sites;
  } finally {
    program.kill('SIGKILL');
    await once(program, 'exit');
  }
}

async function portIn(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const port = /^Debugger listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('Cannot sample: the program ended');
}

function verdictOf(sites: readonly Site[], shape: string): Verdict {
  const survivors = sites.filter(({ survivedBytes }) => survivedBytes !== undefined);
  const place = survivors.findIndex(({ site }) => site.toLowerCase().startsWith(`leak${shape}`));
  const churn = survivors.slice(0, FIRST).filter(({ site }) => /^churn/.test(site));
  const sums = sites.every(
    ({ cohortBytes, sizeBytes }) => cohortBytes.reduce((sum, each) => sum + each, 0) === sizeBytes,
  );
  const shown = survivors
    .slice(0, FIRST)
    .map(({ site, survivedBytes }) => `${site.replace(/\(.*\//, '(')} ${survivedBytes}`);
  const text = `${place < 0 ? 'not there' : `place ${place + 1}`}: ${shown.join(', ')}`;
  return { isFirst: place === 0, churn: churn.map(({ site }) => site), sums, text };
}
