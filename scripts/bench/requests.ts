/**
 * A program under inspection that works off requests of one sort as fast as it can, as a busy server does: `node requests.js
 * <kept>` reads and writes JSON, looks things up among `kept` entries, and replaces one of them at each fiftieth request: most
 * of what it allocates dies young. Writes five lines a second: `<instant ms> <requests> <CPU ms> <CPU ms of the main thread>`.
 */
import { readFileSync } from 'node:fs';

const KEPT = Number(process.argv[2]);
const PER_TURN = 100;
const LINE_MS = 200;
const MAIN_THREAD = `/proc/self/task/${process.pid}/schedstat`;

class Entry {
  id: number;
  name: string;
  point: { x: number; y: number };
  constructor(id: number) {
    this.id = id;
    this.name = `entry ${id}`;
    this.point = { x: id + 0.5, y: id };
  }
}

interface Request {
  readonly id: number;
  readonly items: readonly number[];
  readonly note: string;
}

const entries = new Map<number, Entry>();
for (let id = 0; id < KEPT; id++) entries.set(id, new Entry(id));
let requests = 0;
let lineAtMs = 0;

function turn(): void {
  for (let each = 0; each < PER_TURN; each++) answer(requestText(requests++));
  if (performance.now() - lineAtMs > LINE_MS) writeLine();
  setImmediate(turn);
}

function requestText(id: number): string {
  const items = [id, id + 1, id + 2];
  return JSON.stringify({ id, user: `u${id % 5000}`, items, note: 'a text that is sent along', price: id / 3 });
}

function answer(text: string): string {
  const { id, items, note }: Request = JSON.parse(text);
  const points = items.map((item) => entries.get((item * 7919) % KEPT)?.point);
  const words = note.split(' ').map((word) => word.toUpperCase());
  if (id % 50 === 0) entries.set(id % KEPT, new Entry(id));
  return JSON.stringify({ id, points, words: words.sort() });
}

function writeLine(): void {
  lineAtMs = performance.now();
  const { user, system } = process.cpuUsage();
  // in nanoseconds; Node itself tells of a thread's CPU from 24 on
  const mainMs = Number(readFileSync(MAIN_THREAD, 'utf8').split(' ', 1)[0]) / 1e6;
  process.stdout.write(`${Date.now()} ${requests} ${(user + system) / 1000} ${mainMs}\n`);
}

turn();
