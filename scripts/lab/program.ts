/**
 * A program of the lab, `node --expose-gc program.js NAME SEED`: keeps alive what pace.ts says of it. Its time is what standard
 * input says of it, a line of milliseconds since it began at a time; its collections come by that too. Says `begun`; ends with
 * its standard input.
 */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { wantedOf } from './pace.ts';

const COLLECT_MS = 800;

class Session {
  readonly token = randomBytes(12).toString('hex');
  readonly since = Date.now();
}

class Entry {
  readonly text = randomBytes(20).toString('hex');
}

const sessionsByToken = new Map<string, Session>();
const lines: string[] = [];
const uploads: Buffer[] = [];
const entries: Entry[] = [];
const recent = new Map<number, Session>();

/** What a program keeps: how much there is, one more, and down to so many. */
interface Kept {
  size(): number;
  add(nth: number): void;
  cut(to: number): void;
}

const inMap: Kept = {
  size: () => sessionsByToken.size,
  add() {
    const session = new Session();
    sessionsByToken.set(session.token, session);
  },
  cut: () => {},
};
const inRecent: Kept = {
  size: () => recent.size,
  add: (nth) => void recent.set(nth, new Session()),
  cut(to) {
    for (const key of [...recent.keys()].slice(0, recent.size - to)) recent.delete(key);
  },
};

const KEPT: Readonly<Record<string, Kept>> = {
  map: inMap,
  worker: inMap,
  strings: {
    size: () => lines.length,
    add: (nth) => void lines.push(`${nth} ${randomBytes(100).toString('hex')}`),
    cut: () => {},
  },
  buffers: { size: () => uploads.length, add: () => void uploads.push(Buffer.alloc(4_096, 1)), cut: () => {} },
  slow: { size: () => entries.length, add: () => void entries.push(new Entry()), cut: () => {} },
};

const [name = '', seed]: string[] = isMainThread ? process.argv.slice(2) : workerData;
const isInWorker = isMainThread && name === 'worker';
const worker = isInWorker ? new Worker(new URL(import.meta.url), { workerData: [name, seed] }) : undefined;
const wanted = wantedOf(name, Number(seed));
const kept = KEPT[name] ?? inRecent;
let made = 0;
let collectAtMs = 0;

function reach(sinceMs: number): void {
  worker?.postMessage(sinceMs);
  if (name !== 'idle' && !isInWorker) step(sinceMs);
  if (sinceMs < collectAtMs) return;
  collectAtMs = sinceMs + COLLECT_MS;
  globalThis.gc?.();
}

function step(sinceMs: number): void {
  const goal = Math.round(wanted(sinceMs));
  while (kept.size() < goal) kept.add(made++);
  // a full cache takes new ones in for old
  if (name === 'lru' || name === 'healthy') kept.add(made++);
  kept.cut(goal);
}

if (isMainThread) {
  process.stdout.write('begun\n');
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => reach(Number(line))).on('close', () => process.exit());
} else {
  parentPort?.on('message', reach);
}
