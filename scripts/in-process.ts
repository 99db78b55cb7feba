/**
 * What the agent in a process costs it: the same work with it and without, in turns, by the default schedule.
 *
 *     node dist/scripts/in-process.js [rounds] [turns]      6 rounds of 1,500 turns, some 25 s each
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const WORK = join(root, 'test/fixtures/twin-work.mjs');

interface Told {
  readonly cpuMs: number;
  readonly ms: number;
  readonly p99Ms: number;
  readonly rss: number;
}

const [rounds = 6, turns = 1_500] = process.argv.slice(2).map(Number);
const dir = await mkdtemp(join(tmpdir(), 'heapwatch-in-process-'));
const arms = { without: [] as Told[], with: [] as Told[] };
for (let round = 0; round < rounds; round++) {
  // the one that comes first may find another machine
  for (const arm of round % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const)) {
    arms[arm].push(await once(arm === 'with'));
  }
}
const probes = (await Promise.all((await readdir(dir)).map((name) => readFile(join(dir, name), 'utf8')))).join('');
for (const [name, told] of Object.entries(arms)) {
  const row = (key: keyof Told, per = 1) => `${(median(told, key) / per).toFixed(1)} (${range(told, key, per)})`;
  print(
    `${name.padEnd(8)} CPU of the main thread ${row('cpuMs')} ms, wall ${row('ms')} ms, p99 delay ${row('p99Ms')} ms, RSS ${row('rss', 2 ** 20)} MB`,
  );
}
const share = median(arms.with, 'cpuMs') / median(arms.without, 'cpuMs') - 1;
const count = (type: string) => probes.split(type).length - 1;
print(
  `main thread: ${(100 * share).toFixed(1)} % more CPU; recorded ${count('"type":"usage"')} readings of usage, ` +
    `${count('"type":"partition"')} partitions; Node ${process.version}, ${rounds} rounds`,
);
await rm(dir, { recursive: true });

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function once(isWatched: boolean): Promise<Told> {
  const flags = isWatched ? ['--import', 'heapwatch/agent'] : [];
  const env = { ...process.env, ...(isWatched && { HEAPWATCH_RECORD: dir }) };
  const { stdout } = await run(process.execPath, [...flags, WORK, String(turns)], { cwd: root, env });
  return JSON.parse(stdout) as Told;
}

function sorted(told: readonly Told[], key: keyof Told): number[] {
  return told.map((each) => each[key]).sort((a, b) => a - b);
}

function median(told: readonly Told[], key: keyof Told): number {
  return sorted(told, key)[told.length >>> 1]!;
}

function range(told: readonly Told[], key: keyof Told, per: number): string {
  const all = sorted(told, key);
  return `${(all[0]! / per).toFixed(1)} to ${(all.at(-1)! / per).toFixed(1)}`;
}
