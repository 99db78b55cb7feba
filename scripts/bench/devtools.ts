/**
 * Chrome DevTools' own engine: the heap snapshot worker of `chrome-devtools-frontend`, bundled for Node.
 *
 * The task is what a user waits for after opening a file: load, then the table of classes. In DevTools a second worker
 * builds retainers and dominators beside the first; here both run in one thread, which changes wall time, not CPU time.
 */
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { install } from '../../test/support/install.ts';
import { type Contender, type Counts, stopwatch } from './contender.ts';

const PACKAGES = ['chrome-devtools-frontend@1.0.1705227', 'esbuild@0.28.2'];
const FRONT_END = 'node_modules/chrome-devtools-frontend/front_end';
/** Bytes of a chunk in DevTools' own loading of files. */
const CHUNK_BYTES = 10_000_000;

/** What we use of the bundle. */
interface Engine {
  HeapSnapshotLoader: new (dispatcher: {
    sendEvent(): void;
  }) => {
    write(chunk: string): void;
    close(): void;
    readonly parsingComplete: Promise<void>;
    buildSnapshot(secondWorker: MessagePort): Promise<Snapshot>;
  };
  SecondaryInitManager: new (port: MessagePort) => unknown;
  NodeFilter: new () => unknown;
}

interface Snapshot {
  aggregatesWithFilter(filter: unknown): Record<string, { name: string; count: number }>;
}

export const devtools: Contender = {
  name: 'devtools',
  title: "Chrome DevTools' engine, to its class table",
  execArgv: ['--max-old-space-size=12000'],
  install: bundle,
  async prepare() {
    providePromiseWithResolvers();
    const engine: Engine = await import(pathToFileURL(await bundle()).href);
    return (file) => classTable(engine, file);
  },
};

async function classTable(engine: Engine, file: string) {
  const { parts, lap } = stopwatch();
  const loader = new engine.HeapSnapshotLoader({ sendEvent() {} });
  const chunks: AsyncIterable<string> = createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK_BYTES });
  for await (const chunk of chunks) loader.write(chunk);
  loader.close();
  await loader.parsingComplete;
  lap('parse');
  const { port1, port2 } = new MessageChannel();
  new engine.SecondaryInitManager(port2);
  const snapshot = await loader.buildSnapshot(port1);
  lap('retainers, dominators, contexts, distances');
  const aggregates = Object.values(snapshot.aggregatesWithFilter(new engine.NodeFilter()));
  lap('aggregates');
  port1.close();
  return { parts, count: (classes: readonly string[]) => countIn(aggregates, classes) };
}

/** Sums by name: two classes of one name are two aggregates. */
function countIn(aggregates: { name: string; count: number }[], classes: readonly string[]): Counts {
  return Object.fromEntries(
    classes.map((name) => [name, aggregates.reduce((sum, of) => sum + (of.name === name ? of.count : 0), 0)]),
  );
}

/** Path of the bundled engine. */
async function bundle(): Promise<string> {
  const home = await install('contenders/devtools', PACKAGES);
  const engine = join(home, 'engine.mjs');
  if (existsSync(engine)) return engine;
  await writeFile(join(home, FRONT_END, 'core/i18n/locales.ts'), LOCALES);
  await writeFile(join(home, 'entry.ts'), ENTRY);
  const draft = `engine.${process.pid}.mjs`;
  const flags = ['--bundle', '--platform=node', '--format=esm', '--log-level=error', `--outfile=${draft}`];
  await promisify(execFile)(process.execPath, ['node_modules/esbuild/bin/esbuild', 'entry.ts', ...flags], {
    cwd: home,
  });
  await rename(join(home, draft), engine);
  return engine;
}

const ENTRY = `export { HeapSnapshotLoader } from './${FRONT_END}/entrypoints/heap_snapshot_worker/HeapSnapshotLoader.js';
export { SecondaryInitManager } from './${FRONT_END}/entrypoints/heap_snapshot_worker/HeapSnapshot.js';
export { NodeFilter } from './${FRONT_END}/models/heap_snapshot/HeapSnapshotModel.js';
`;

/** The package lacks this generated file. */
const LOCALES = `export const LOCALES = ['en-US'];
export const BUNDLED_LOCALES = ['en-US'];
export const DEFAULT_LOCALE = 'en-US';
export const REMOTE_FETCH_PATTERN = '';
export const LOCAL_FETCH_PATTERN = '';
`;

/** The engine counts on it; Node has it from 22 on. */
function providePromiseWithResolvers(): void {
  if ('withResolvers' in Promise) return;
  Object.defineProperty(Promise, 'withResolvers', {
    value<T>() {
      let settle: object = {};
      const promise = new Promise<T>((resolve, reject) => {
        settle = { resolve, reject };
      });
      return { promise, ...settle };
    },
  });
}
