/**
 * Redacting a snapshot file beside a loop that only reads and writes its bytes, and beside a Node that does nothing, in one run:
 *
 *     node dist/scripts/bench/redact.js [--only 300] [--runs 3]      files of 300 and 1,200 MB; exit code 1 if a goal is not met
 *
 * Each is done in turns, each time by a process of its own, from the page cache into a new file that is on the disk at the end.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Megabytes, type SnapshotFile, snapshotFile } from './files.ts';
import type { Goal } from './goals.ts';
import { median } from './median.ts';
import { peakRssBytes } from './peak.ts';
import { goalTable, sizeLine } from './report.ts';

const BUFFER_BYTES = 256 * 1024;
const MB = 2 ** 20;
const WAYS = ['nothing', 'copy', 'redact'] as const;
type Way = (typeof WAYS)[number];

interface Reading {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly peakRssBytes: number;
}

function copy(from: string, to: string): void {
  const buffer = new Uint8Array(BUFFER_BYTES);
  const [source, copied] = [openSync(from, 'r'), openSync(to, 'w', 0o600)];
  for (;;) {
    const bytes = readSync(source, buffer);
    if (bytes === 0) break;
    writeSync(copied, buffer, 0, bytes);
  }
  fsyncSync(copied);
  for (const fd of [source, copied]) closeSync(fd);
}

/** In a process of its own: does it, and tells what it took. */
async function child(way: Way, from: string, to: string): Promise<void> {
  const { redactFile } = await import('../../agent/capture/redact-file.ts');
  const { freshRedaction } = await import('../../agent/redact/redaction.ts');
  const begunAtMs = performance.now();
  const cpu = process.cpuUsage();
  if (way === 'copy') copy(from, to);
  else if (way === 'redact') await redactFile(from, to, { redaction: freshRedaction() });
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - begunAtMs;
  const reading: Reading = { cpuMs: (user + system) / 1000, wallMs, peakRssBytes: peakRssBytes() };
  process.send?.(reading, () => process.exit());
}

async function run(way: Way, file: SnapshotFile): Promise<Reading> {
  const to = join(tmpdir(), `heapwatch-bench-${process.pid}-${way}.heapsnapshot`);
  try {
    const process = fork(fileURLToPath(import.meta.url), [way, file.path, to]);
    const [reading] = await Promise.race([
      once(process, 'message'),
      once(process, 'exit').then(() => {
        throw new Error(`Cannot ${way} ${file.path}: its process ended`);
      }),
    ]);
    return reading as Reading;
  } finally {
    rmSync(to, { force: true });
  }
}

async function bench(megabytes: Megabytes, runs: number): Promise<boolean> {
  const file = await snapshotFile(megabytes);
  const readings: Record<Way, Reading[]> = { nothing: [], copy: [], redact: [] };
  for (let at = 0; at < runs; at++) for (const way of WAYS) readings[way].push(await run(way, file));
  const of = (way: Way, figure: keyof Reading) => median(readings[way].map((reading) => reading[figure]));
  const beyond = (way: Way) => (of(way, 'peakRssBytes') - of('nothing', 'peakRssBytes')) / MB;
  const speed = (way: Way, figure: 'cpuMs' | 'wallMs') => file.bytes / 1e3 / of(way, figure);
  process.stdout.write(`${sizeLine(file)}, median of ${runs}\n`);
  for (const way of ['copy', 'redact'] as const) {
    const [wall, cpu] = [speed(way, 'wallMs').toFixed(0), speed(way, 'cpuMs').toFixed(0)];
    process.stdout.write(`${way}: ${wall} MB/s by clock, ${cpu} MB/s of CPU, + ${beyond(way).toFixed(1)} MB\n`);
  }
  const goals: Goal[] = [
    {
      text: 'redact at 100 MB/s or more by clock',
      measured: `${speed('redact', 'wallMs').toFixed(0)} MB/s`,
      met: speed('redact', 'wallMs') >= 100,
    },
    {
      text: 'redact in at most bare Node + 60 MB of RSS',
      measured: `+ ${beyond('redact').toFixed(1)} MB`,
      met: beyond('redact') <= 60,
    },
  ];
  process.stdout.write(`${goalTable(goals)}\n`);
  return goals.every(({ met }) => met);
}

const [first, from, to] = process.argv.slice(2);
if (process.send && from !== undefined && to !== undefined) {
  await child(first as Way, from, to);
} else {
  const { values } = parseArgs({ options: { only: { type: 'string' }, runs: { type: 'string', default: '3' } } });
  const sizes = ([300, 1200] as const).filter((size) => values.only === undefined || size === Number(values.only));
  for (const size of sizes) if (!(await bench(size, Number(values.runs)))) process.exitCode = 1;
}
