/**
 * Chrome DevTools' own engine: the heap snapshot worker of `chrome-devtools-frontend`, bundled for Node.
 *
 * In DevTools a second worker builds retainers and dominators beside the first; here both run in one thread, which changes
 * wall time, not CPU time.
 */
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { install } from '../../test/support/install.ts';

const PACKAGES = ['chrome-devtools-frontend@1.0.1705227', 'esbuild@0.28.2'];
const FRONT_END = 'node_modules/chrome-devtools-frontend/front_end';
/** Bytes of a chunk in DevTools' own loading of files. */
const CHUNK_BYTES = 10_000_000;

/** What we use of the bundle. */
export interface Engine {
  HeapSnapshotLoader: new (dispatcher: { sendEvent(): void }) => Loader;
  SecondaryInitManager: new (port: MessagePort) => unknown;
  NodeFilter: new () => unknown;
}

interface Loader {
  write(chunk: string): void;
  close(): void;
  readonly parsingComplete: Promise<void>;
  buildSnapshot(secondWorker: MessagePort): Promise<DevToolsSnapshot>;
}

/** What we use of a loaded snapshot. Nodes are known by index: ordinal times `nodeFieldCount`. */
export interface DevToolsSnapshot {
  readonly nodeCount: number;
  readonly nodeFieldCount: number;
  readonly nodeSelfSizeOffset: number;
  readonly nodes: { getValue(index: number): number };
  /** By ordinal: the immediate dominator's; bytes; edges from the program's roots. */
  readonly dominatorsTree: Uint32Array;
  readonly retainedSizes: Float64Array;
  readonly nodeDistances: Int32Array;
  createNode(nodeIndex: number): DevToolsNode;
  aggregatesWithFilter(filter: unknown): Record<string, Aggregate>;
  interfaceDefinitions(): string;
  aggregatesForDiff(interfaceDefinitions: string): Record<string, unknown>;
  calculateSnapshotDiff(baseId: number, base: Record<string, unknown>): Record<string, ClassDiff>;
}

export interface DevToolsNode {
  className(): string;
  ordinal(): number;
  distance(): number;
  retainers(): { hasNext(): boolean; item(): { node(): DevToolsNode }; next(): void };
}

/** A row of its table of classes. */
export interface Aggregate {
  readonly name: string;
  readonly count: number;
  readonly self: number;
  readonly idxs: readonly number[];
}

export interface ClassDiff {
  readonly name: string;
  readonly addedCount: number;
  readonly removedCount: number;
}

/** Fetches and bundles the engine unless that has been done. */
export async function loadEngine(): Promise<Engine> {
  providePromiseWithResolvers();
  return import(pathToFileURL(await bundle()).href);
}

/** Loads a snapshot as DevTools does. `lap` is called after each step. */
export async function openSnapshot(
  engine: Engine,
  file: string,
  lap: (step: string) => void = () => {},
): Promise<DevToolsSnapshot> {
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
  port1.close();
  return snapshot;
}

/** Path of the bundled engine. */
export async function bundle(): Promise<string> {
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
