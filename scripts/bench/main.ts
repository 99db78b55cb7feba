/**
 * `npm run bench`: reads snapshots that it makes itself, beside the others who can, and says which goals are met.
 *
 *     npm run bench                    files of 20 and 300 MB
 *     npm run bench -- --large         also 1,200 MB (makes it first: some 2 minutes, 7 GB of memory)
 *     npm run bench -- --only 20       one size
 *     npm run bench -- --runs 3        at most so many runs each (5); the slow ones are run less
 */
import { parseArgs } from 'node:util';
import { CONTENDERS } from './contenders.ts';
import { type Megabytes, snapshotFile } from './files.ts';
import { goalsFor } from './goals.ts';
import { measure, type Result } from './measure.ts';
import { fileTable, goalTable } from './report.ts';

const { values: options } = parseArgs({
  options: {
    large: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string', default: '5' },
  },
});

const sizes: Megabytes[] = options.large ? [20, 300, 1200] : [20, 300];
for (const contender of CONTENDERS) await contender.install?.();
for (const size of sizes.filter((megabytes) => !options.only || options.only === String(megabytes))) {
  await benchFile(size, Number(options.runs));
}

async function benchFile(size: Megabytes, runs: number): Promise<void> {
  progress(`making the ${size} MB snapshot, unless it is there`);
  const file = await snapshotFile(size);
  const results: Result[] = [];
  for (const contender of CONTENDERS) {
    progress(`${size} MB: ${contender.title}`);
    results.push(await measure(contender, file, runs));
  }
  progress('');
  print(fileTable(file, results));
  print(`${goalTable(goalsFor(file, results))}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
