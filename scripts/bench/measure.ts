/** Runs contenders, each run in a process of its own, in turns, so that what else the machine does meets all; takes medians. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type { ChildReading } from './child.ts';
import type { Contender } from './contender.ts';
import type { SnapshotFile } from './files.ts';
import { median } from './median.ts';

/** A contender that has taken so long in all is not run again. */
const ENOUGH_MS = 20_000;

/** The median of each figure over a contender's runs on one file, or why there is none. */
export type Result =
  | { readonly contender: Contender; readonly failure: string }
  | (ChildReading & { readonly contender: Contender; readonly runs: number; readonly failure: null });

/**
 * Runs each contender up to `runs` times on `file`, in turns. A run that fails, counts the classes wrongly or finds out
 * something else than another before makes its contender a failure.
 */
export async function measure(
  contenders: readonly Contender[],
  file: SnapshotFile,
  runs: number,
  progress: (title: string) => void = () => {},
): Promise<Result[]> {
  const entries = contenders.map((contender) => new Entry(contender, contender.unable?.(file.bytes) ?? null));
  for (let round = 0; round < runs; round++) {
    for (const entry of entries) {
      if (entry.isDone) continue;
      progress(entry.contender.title);
      entry.take(await run(entry.contender, file), file, Object.assign({}, ...entries.map(({ facts }) => facts)));
    }
  }
  return entries.map((entry) => entry.result());
}

class Entry {
  readonly contender: Contender;
  readonly #readings: ChildReading[] = [];
  #failure: string | null;
  #spentMs = 0;

  constructor(contender: Contender, failure: string | null) {
    this.contender = contender;
    this.#failure = failure;
  }

  get isDone(): boolean {
    return this.#failure !== null || this.#spentMs >= ENOUGH_MS;
  }

  get facts(): ChildReading['facts'] {
    return this.#readings[0]?.facts;
  }

  take(reading: ChildReading | string, file: SnapshotFile, facts: ChildReading['facts']): void {
    this.#failure = typeof reading === 'string' ? reading : wrong(reading, file, facts);
    if (typeof reading === 'string') return;
    this.#readings.push(reading);
    this.#spentMs += reading.wallMs;
  }

  result(): Result {
    const { contender } = this;
    if (this.#failure !== null) return { contender, failure: this.#failure };
    return { contender, runs: this.#readings.length, failure: null, ...medianOf(this.#readings) };
  }
}

/** What a reading has wrong, or null. */
function wrong(
  { counts, facts = {} }: ChildReading,
  file: SnapshotFile,
  expected: ChildReading['facts'] = {},
): string | null {
  if (counts && !isDeepStrictEqual(counts, file.instances)) return `wrong: counts ${JSON.stringify(counts)}`;
  const differs = Object.keys(facts).some((fact) => fact in expected && facts[fact] !== expected[fact]);
  return differs ? `wrong: ${JSON.stringify(facts)}, not ${JSON.stringify(expected)}` : null;
}

/** Gives the reading, or the last line that the child wrote about its failure. */
async function run(contender: Contender, file: SnapshotFile): Promise<ChildReading | string> {
  const child = fork(
    fileURLToPath(new URL('child.js', import.meta.url)),
    [contender.name, file.path, ...Object.keys(file.instances)],
    { execArgv: [...(contender.execArgv ?? [])], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let reading: ChildReading | undefined;
  let stderr = '';
  child.on('message', (message) => {
    reading = message as ChildReading;
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

function medianOf(readings: readonly ChildReading[]): ChildReading {
  const { parts, counts, facts } = readings[0];
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
    ...(facts && { facts }),
  };
}
