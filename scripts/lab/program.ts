/**
 * A program of the lab, `node --expose-gc program.js NAME SEED`: keeps alive what pace.ts says of it. Its collections come as
 * often as those of a day would, in the time that a day takes here. Says `begun`; ends with its standard input.
 */
import { randomBytes } from 'node:crypto';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { wantedOf } from './pace.ts';

const STEP_MS = 50;
const COLLECT_MS = 400;

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
const wanted = wantedOf(name, Number(seed));
const kept = KEPT[name] ?? inRecent;
const beganAtMs = Date.now();
let made = 0;

function step(): void {
  const goal = Math.round(wanted(Date.now() - beganAtMs));
  while (kept.size() < goal) kept.add(made++);
  // a full cache takes new ones in for old
  if (name === 'lru' || name === 'healthy') kept.add(made++);
  kept.cut(goal);
}

if (isMainThread && name === 'worker') new Worker(new URL(import.meta.url), { workerData: [name, seed] });
else if (name !== 'idle') setInterval(step, STEP_MS);
setInterval(() => globalThis.gc?.(), COLLECT_MS);
if (isMainThread) {
  process.stdout.write('begun\n');
  process.stdin.on('end', () => process.exit()).resume();
}
