/** Runs contenders, each run in a process of its own, and takes medians. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { Reading } from './child.ts';
import type { Contender } from './contender.ts';
import type { SnapshotFile } from './files.ts';
import { median } from './median.ts';

/** A contender that has taken so long in all is not run again. */
const ENOUGH_MS = 20_000;

/** The median of each figure over a contender's runs on one file, or why there is none. */
export type Result =
  | { readonly contender: Contender; readonly failure: string }
  | (Reading & { readonly contender: Contender; readonly runs: number; readonly failure: null });

/** Runs a contender up to `runs` times on `file`. A run that fails, or counts the classes wrongly, makes it a failure. */
export async function measure(contender: Contender, file: SnapshotFile, runs: number): Promise<Result> {
  const unable = contender.unable?.(file.bytes);
  if (unable) return { contender, failure: unable };
  const readings: Reading[] = [];
  for (let spentMs = 0; readings.length < runs && spentMs < ENOUGH_MS; ) {
    const reading = await run(contender, file);
    if (typeof reading === 'string') return { contender, failure: reading };
    if (reading.counts && !isDeepStrictEqual(reading.counts, file.instances)) {
      return { contender, failure: `wrong: counts ${JSON.stringify(reading.counts)}` };
    }
    readings.push(reading);
    spentMs += reading.wallMs;
  }
  return { contender, runs: readings.length, failure: null, ...medianOf(readings) };
}

/** Gives the reading, or the last line that the child wrote about its failure. */
async function run(contender: Contender, file: SnapshotFile): Promise<Reading | string> {
  const child = fork(
    fileURLToPath(new URL('child.js', import.meta.url)),
    [contender.name, file.path, ...Object.keys(file.instances)],
    { execArgv: [...(contender.execArgv ?? [])], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let reading: Reading | undefined;
  let stderr = '';
  child.on('message', (message) => {
    reading = message as Reading;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = await once(child, 'close');
  return reading ?? `failed: ${reasonIn(stderr) ?? `ended with ${signal ?? code}`}`;
}

function reasonIn(stderr: string): string | undefined {
  return /^(?:FATAL ERROR|\w*Error): .*$/m.exec(stderr)?.[0].slice(0, 90);
}

function medianOf(readings: readonly Reading[]): Reading {
  const { parts, counts } = readings[0];
  const partNames = Object.keys(parts ?? {});
  return {
    cpuMs: median(readings.map((reading) => reading.cpuMs)),
    wallMs: median(readings.map((reading) => reading.wallMs)),
    peakRssBytes: median(readings.map((reading) => reading.peakRssBytes)),
    ...(parts && {
      parts: Object.fromEntries(
        partNames.map((name) => [name, median(readings.map((reading) => reading.parts?.[name] ?? 0))]),
      ),
    }),
    ...(counts && { counts }),
  };
}
