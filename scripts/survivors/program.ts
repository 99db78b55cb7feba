/**
 * A program that leaks in one way, under churn, beside a cache that is full and what it has from its start on:
 *
 *     node --inspect=127.0.0.1:0 program.js SHAPE
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';

const kept: unknown[] = [];
const byId = new Map<number, unknown>();
const emitter = new EventEmitter().setMaxListeners(0);
const storage = new AsyncLocalStorage<object>();
const seen = new Set<string>();
const waiting: Promise<unknown>[] = [];
const table: Record<string, unknown> = {};
let list: { next: unknown; at: number[] } | undefined;
let count = 0;

/** What each turn leaks, some hundred bytes: its function is the site. */
const SHAPES: Readonly<Record<string, () => void>> = {
  array: function leakArray() {
    kept.push({ at: ++count, values: [count + 0.5, count + 1.5, count + 2.5] });
  },
  map: function leakMap() {
    byId.set(++count, { id: count, tags: [`${count}a`, `${count}b`] });
  },
  listener: function leakListener() {
    const session = { at: ++count, data: new Array(20).fill(count) };
    emitter.on('done', () => session.at);
  },
  text: function leakText() {
    seen.add(`session ${++count} of user ${count * 7} at ${count * 13}`.repeat(3).toUpperCase());
  },
  list: function leakList() {
    list = { next: list, at: [++count + 0.5] };
  },
  timer: function leakTimer() {
    const job = { at: ++count, data: new Array(20).fill(count) };
    setTimeout(() => job.at, 1e9).unref();
  },
  promise: function leakPromise() {
    waiting.push(new Promise(() => {}).then(() => ({ at: ++count })));
  },
  dictionary: function leakDictionary() {
    table[`key${++count}`] = { at: count, of: [count] };
  },
  context: function leakContext() {
    storage.run({ at: ++count, data: new Array(20).fill(count) }, () => kept.push(new Promise(() => {})));
  },
  closure: function leakClosure() {
    const row = new Array(30).fill(++count);
    kept.push(() => row.length);
  },
};

const cache: unknown[] = [];
let cached = 0;

/** Full from early on: what it holds is always young. */
function fillCache(): void {
  cache[cached++ % 4_000] = { at: cached, text: new Array(30).fill(cached) };
}

function churnObjects(): number {
  let sum = 0;
  for (let i = 0; i < 400; i++) sum += { i, of: [i, i + 1, i + 2] }.of.length;
  return sum;
}

function churnText(): number {
  let text = '';
  for (let i = 0; i < 400; i++) text += `row ${i};`;
  return JSON.parse(JSON.stringify({ rows: text.split(';') })).rows.length;
}

function churnDates(): number {
  return Array.from({ length: 200 }, (_, i) => new Date(i)).length;
}

function churnArrays(): number {
  let sum = 0;
  for (let i = 0; i < 200; i++) sum += new Array(20).fill(i).length;
  return sum;
}

const atStart: unknown[] = [];

function begin(): void {
  for (let i = 0; i < 20_000; i++) atStart.push({ i, of: [i] });
}

const leak = SHAPES[process.argv[2] ?? ''];
if (!leak) throw new Error(`Cannot leak: expected one of ${Object.keys(SHAPES).join(', ')}`);
begin();
// each by a timer of its own: V8 books what it inlines on the function that it inlines into
const BUSY = [churnObjects, churnText, churnDates, churnArrays];
setInterval(() => repeat(leak, 8), 5);
setInterval(() => repeat(fillCache, 60), 5);
for (const churn of BUSY) setInterval(churn, 5);
process.stdout.write('ready\n');

function repeat(work: () => void, times: number): void {
  for (let i = 0; i < times; i++) work();
}
