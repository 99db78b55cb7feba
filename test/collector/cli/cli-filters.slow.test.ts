/** `heap --kept-by`, `--without`, `path --without` and what is held weakly only: of a real process, by walk, by snapshot and of its file. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import WebSocket from 'ws';
import type { Partition } from '../../../protocol/partition.ts';
import { runCli } from '../../support/cli.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { startTarget, type Target } from '../../support/target.ts';

const PROGRAM = `
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
const { keep } = createRequire(import.meta.url)('hoarder');
class Body { constructor(at) { this.at = at; } }
class Kept {}
class Job {}
class Slow {}
globalThis.Watched = class Watched {};
globalThis.bus = new EventEmitter().setMaxListeners(0);
for (let at = 0; at < 50; at++) {
  const body = new Body(at);
  globalThis.bus.on('message', () => body);
}
keep(Array.from({ length: 30 }, () => new Kept()));
for (let at = 0; at < 20; at++) {
  const job = new Job();
  setTimeout(() => job, 3_600_000);
}
globalThis.ref = new WeakRef(new Slow());
setTimeout(() => console.log('ready'));
`;

describe('filters by what holds', () => {
  let dir: Folder;
  let target: Target;
  let debug: WebSocket;
  let file: string;

  before(async () => {
    dir = await folder();
    await mkdir(dir.join('node_modules/hoarder'), { recursive: true });
    await writeFile(
      dir.join('node_modules/hoarder/index.js'),
      'const all = []; exports.keep = (x) => all.push(x); exports.all = () => all;',
    );
    await writeFile(dir.join('main.mjs'), PROGRAM);
    target = await startTarget(dir.join('main.mjs'));
    await target.line(/ready/);
    debug = new WebSocket(target.wsUrl);
    await once(debug, 'open');
    const expression = 'Array.from({ length: 7 }, () => new Watched())';
    debug.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, objectGroup: 'console' } }));
    await once(debug, 'message');
    file = dir.join('target.heapsnapshot');
    const { code, stderr } = await runCli(['snapshot', `${target.port}`, '-o', file, '--yes']);
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    debug?.terminate();
    await target?.[Symbol.asyncDispose]();
    await dir?.[Symbol.asyncDispose]();
  });

  const heap = async (...args: string[]): Promise<Map<string, number>> => {
    const { code, stdout, stderr } = await runCli(['heap', ...args, '--json', '--yes']);
    assert.equal(code, 0, stderr);
    const { rows, count } = JSON.parse(stdout) as Partition;
    assert.equal(
      rows.reduce((sum, row) => sum + row.count, 0),
      count,
    );
    return new Map(rows.map((row) => [row.kind, row.count]));
  };
  const path = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(['path', ...args]);
    assert.equal(code, 0, stderr);
    return stdout.trim();
  };

  for (const [holder, kind, count] of [
    ['listeners', 'Body', 50],
    ['timers', 'Job', 20],
    ['contexts', 'Job', 20],
    ['package:hoarder', 'Kept', 30],
    ['node_modules/hoarder', 'Kept', 30],
    ['console', 'Watched', 7],
  ] as const) {
    it(`tells what only ${holder} keep alive, and what is left without`, async () => {
      assert.equal((await heap(file, '--kept-by', holder)).get(kind), count);
      assert.equal((await heap(file, '--without', holder)).get(kind) ?? 0, 0);
    });
  }

  it('does so of a process, by walk and by a snapshot that leaves no file', async () => {
    assert.equal((await heap(`pid:${target.pid}`, '--kept-by', 'listeners')).get('Body'), 50);
    assert.equal((await heap(`${target.port}`, '--probe', 'snapshot', '--kept-by', 'console')).get('Watched'), 7);
  });

  it('says which holders there are where a heap has none of that name, and what does not go together', async () => {
    const { code, stderr } = await runCli(['heap', file, '--kept-by', 'package:express']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /Cannot leave out package:express: the heap has none; expected console, listeners,/);
    assert.equal((await runCli(['heap', file, '--since', file, '--kept-by', 'console'])).code, 2);
    const census = await runCli(['heap', `${target.port}`, '--probe', 'census', '--kept-by', 'console', '--yes']);
    assert.match(census.stderr, /only walk and snapshot see who holds what/);
  });

  it('finds a path that leads through no such holder, or none', async () => {
    assert.match(await path(file, 'Kept'), /^module .*hoarder\/index\.js: all\[0\]\[0\]$/);
    assert.equal(await path(file, 'Body', '--without', 'listeners'), 'no path: nothing else keeps it alive');
  });

  it('says of what is held weakly only by what, and where', async () => {
    // one that no snapshot has made to collect
    await using other = await startTarget(dir.join('main.mjs'), { inspect: false });
    await other.line(/ready/);
    assert.equal(
      await path(`pid:${other.pid}`, 'Slow'),
      'no path: it is held weakly only, by WeakRef, and goes with a collection\nglobal.ref.deref()',
    );
  });
});
