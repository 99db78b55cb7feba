/** Questions about snapshots that a collector keeps: real targets, real files; what it answers is what the console says. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { partitionFile } from '../../../agent/file/file.ts';
import { type Hpy, hpy } from '../../../agent/heapy/hpy.ts';
import type { HeapSet } from '../../../agent/sets/heap-set.ts';
import { relation } from '../../../agent/sets/relation.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { Explorer } from '../../../collector/snapshots/explorer.ts';
import { Snapshots } from '../../../collector/snapshots/snapshots.ts';
import type { Answer, AnswerTo, PatternNode, Question } from '../../../protocol/explore.ts';
import type { RequestError, Result } from '../../../protocol/requests.ts';
import { readResult } from '../../../protocol/requests.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const KEPT = /^api\.main\.\d{8}T\d{9}Z\.heapsnapshot$/;
const SIGNAL = new AbortController().signal;

/** A folder with one kept snapshot of a program that leaks 50 Sessions in a Map. */
async function keptLeak(dir: Folder): Promise<string> {
  await using target = await startTarget('leaks', { args: ['map'] });
  await target.line(/ready/);
  const targets = [{ name: 'api', inspect: `127.0.0.1:${target.port}` }];
  const config = { ...configOf(targets), snapshots: { dir: dir.path, keep: 2 } };
  await using collector = await startCollector(config, { logger: new LogLines().logger });
  await using client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['target'] });
  await client.next('target', ({ state }) => state === 'attached');
  const taken = await client.request('probe', { target: 'api', probe: 'snapshot', yes: true });
  assert.ok('result' in taken, JSON.stringify(taken));
  return readdirSync(dir.path)[0]!;
}

/** The Sessions without their prototype, as paths and patterns are of them. */
function sessionsOf(heap: HeapSet): HeapSet {
  const sessions = heap.and(relation('kind').of('Session'));
  const prototype = sessions.byvia.parts.find((part) => part.byvia.stat.rows[0]?.kind.includes('.__proto__'));
  return prototype ? sessions.sub(prototype) : sessions;
}

describe('a collector that keeps snapshots answers questions about them', () => {
  let dir: Folder;
  let name: string;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let client: StreamClient;
  let console: Hpy;

  before(async () => {
    dir = await folder();
    name = await keptLeak(dir);
    const config = { ...configOf([]), snapshots: { dir: dir.path, keep: 2 } };
    collector = await startCollector(config, { logger: new LogLines().logger });
    client = await connect(collector.url);
    await client.hello();
    console = await hpy(join(dir.path, name), { strings: false });
  });

  after(async () => {
    await console.close();
    await client.close();
    await collector.close();
    await dir[Symbol.asyncDispose]();
  });

  async function ask<Q extends Question['question']>(question: Q, more: object = {}): Promise<AnswerTo<Q>> {
    const about = question === 'classifiers' ? {} : { target: 'api' };
    const response = await client.request('explore', { question, ...about, ...more });
    assert.ok('result' in response, JSON.stringify(response));
    return readResult('explore', response.result) as AnswerTo<Q>;
  }

  it('names them, with the target, the isolate and the time', async () => {
    assert.match(name, KEPT);
    const response = await client.request('snapshots', { target: 'api' });
    assert.ok('result' in response);
    const { snapshots } = readResult('snapshots', response.result);
    assert.equal(snapshots.length, 1);
    const { target, isolate, takenAt = '', ...file } = snapshots[0]!;
    assert.deepEqual([file.name, target, isolate], [name, 'api', 'main']);
    assert.ok(takenAt <= file.writtenAt);
    assert.equal(takenAt.replace(/[-:.]/g, ''), name.split('.')[2]);
    const none = await client.request('snapshots', { target: 'other' });
    assert.deepEqual('result' in none && none.result, { snapshots: [] });
  });

  it('splits a kind, or all, by any classifier, as the command does', async () => {
    const [whole] = await partitionFile(join(dir.path, name), { by: ['kind'] });
    const answer = await ask('partition', { rows: 5 });
    assert.deepEqual(answer.rows, whole!.rows.slice(0, 5));
    assert.deepEqual(
      [answer.count, answer.sizeBytes, answer.header, answer.snapshot],
      [whole!.count, whole!.sizeBytes, whole!.header, name],
    );
    assert.equal(answer.other?.rows, whole!.rows.length - 5);
    const session = whole!.rows.find(({ kind }) => kind === 'Session')!;
    const { rows, count, retainedBytes } = await ask('partition', { kind: 'Session', split: 'module&size' });
    assert.equal(count, session.count);
    assert.equal(
      rows.reduce((sum, row) => sum + row.sizeBytes, 0),
      session.sizeBytes,
    );
    assert.ok(rows.every(({ kind }) => kind.startsWith('fixtures/leaks.mjs & ')));
    const heap = await console.heap();
    assert.equal(retainedBytes, heap.and(relation('kind').of('Session')).domisize);
    const byModule = await ask('partition', { by: 'module', kind: 'fixtures/leaks.mjs' });
    assert.ok(byModule.rows.some(({ kind }) => kind === 'Session'));
    const { classifiers } = await ask('classifiers');
    for (const { by } of classifiers)
      assert.ok((await ask('partition', { kind: 'Session', split: by })).rows.length > 0);
  });

  it('opens the reference pattern node by node, and says where it ends', async () => {
    const pattern = sessionsOf(await console.heap()).rp;
    const { nodes } = await ask('pattern', { kind: 'Session', depth: 4 });
    assert.deepEqual([nodes[0]!.path, nodes[0]!.kind, nodes[0]!.count, nodes[0]!.more], [[], 'Session', 50, true]);
    for (const node of nodes) {
      const row = pattern.named(nameOf(node.path));
      assert.deepEqual([node.count, node.sizeBytes], [row.count, row.size], String(node.path));
    }
    // from here on one level at a time, by the path of a node that has more
    const seen: PatternNode[] = [];
    let next: PatternNode | undefined = nodes[0];
    while (next) {
      seen.push(next);
      const opened: AnswerTo<'pattern'> = await ask('pattern', { kind: 'Session', path: next.path });
      assert.deepEqual(opened.nodes[0]!.path, next.path);
      next = opened.nodes.slice(1).find(({ more, end }) => more || end === 'stop');
      if (!next?.more) break;
    }
    const last = next ?? seen.at(-1)!;
    assert.equal(last.end, 'stop');
    assert.match(last.items, /handleRequest in module fixtures\/leaks\.mjs/);
    assert.ok(seen.some(({ items }) => /sessionsByToken in scope of handleRequest/.test(items)));
  });

  it('gives the paths of the console, step by step, with the script and the line of what holds on', async () => {
    const { sp } = sessionsOf(await console.heap());
    const { paths, numPaths } = await ask('paths', { kind: 'Session' });
    assert.equal(numPaths, String(sp.numpaths));
    const [path] = paths;
    assert.equal(path!.text, String(sp.at(0)));
    assert.match(
      path!.text,
      /leaks\.mjs: handleRequest → closure handleRequest .*: ctx\.sessionsByToken\.get\(\{\*\}\)$/,
    );
    assert.equal(paths.length, 1, 'one path of each way');
    const source = readFileSync(path!.holder!.script, 'utf8').split('\n');
    assert.match(source[path!.holder!.line! - 1]!, /function handleRequest/);
    const last = path!.steps.at(-1)!;
    assert.deepEqual([last.kind, last.by], ['Session', '.get({*})']);
    const own = await ask('paths', { id: last.id });
    assert.deepEqual([own.numPaths, own.count, own.paths[0]!.steps.at(-1)!.id], ['1', 1, last.id]);
  });

  it('names the objects that retain most, and what is around one of them', async () => {
    const heap = await console.heap();
    const sessions = heap.and(relation('kind').of('Session'));
    const { objects } = await ask('objects', { kind: 'Session', limit: 1000 });
    assert.equal(objects.length, sessions.count);
    assert.deepEqual(
      objects.map(({ retainedBytes }) => retainedBytes),
      sessions.retained.toSorted((a, b) => b - a),
    );
    const one = objects.find(({ distance }) => distance !== undefined && distance > 3)!;
    const { object, properties, referrers, omitted } = await ask('object', { id: one.id });
    assert.deepEqual(object, one);
    assert.ok(properties.some(({ by, kind }) => by === '.user' && kind === 'Object'));
    assert.deepEqual(
      referrers.map(({ by, kind }) => [by, kind]),
      [['.get({*})', 'table of Map']],
    );
    assert.deepEqual(omitted, { properties: 0, referrers: 0 });
  });

  it('shows no contents of strings', async () => {
    const answers: Answer[] = [
      await ask('partition', { kind: 'string', split: 'name' }),
      await ask('pattern', { kind: 'string', depth: 2 }),
      await ask('paths', { kind: 'Session', limit: 50 }),
      await ask('objects', { kind: 'string', limit: 1000 }),
    ];
    for (const answer of answers) assert.doesNotMatch(JSON.stringify(answer), /token-\d|user \d/, answer.question);
  });

  it('says what is wrong with a question, and that there is nothing', async () => {
    const wrong: [question: object, code: string, message: RegExp][] = [
      [{ question: 'partition', split: 'colour' }, 'bad-params', /Cannot classify by "colour": expected one of/],
      [{ question: 'partition', split: 'kind&id' }, 'bad-params', /ask for "objects"/],
      [{ question: 'why' }, 'bad-params', /expected "question" to be one of "partition", "pattern"/],
      [{ question: 'objects', kind: 'Sessions' }, 'not-found', /no object of this kind/],
      [{ question: 'pattern', kind: 'Session', path: [7] }, 'not-found', /Cannot open node 7/],
      [{ question: 'object', id: 4 }, 'not-found', /no such id/],
      [{ question: 'objects', snapshot: name.replace('api', 'etc') }, 'not-found', /none is kept of this name/],
      [{ question: 'objects', isolate: 'worker:1' }, 'not-found', /a snapshot of api \(worker:1\): none is kept/],
      [{ question: 'objects', snapshot: '../../etc/passwd' }, 'bad-params', /the name of a snapshot/],
    ];
    for (const [question, code, message] of wrong) {
      const response = await client.request('explore', { target: 'api', ...question });
      assert.ok('error' in response, JSON.stringify(question));
      assert.equal(response.error.code, code, response.error.message);
      assert.match(response.error.message, message);
    }
  });

  it('tells a file that is cut short, or taken away in the middle', async () => {
    const cut = name.replace('api', 'cut');
    copyFileSync(join(dir.path, name), join(dir.path, cut));
    const question = { question: 'objects', target: 'cut', snapshot: cut };
    assert.ok('result' in (await client.request('explore', question)));
    truncateSync(join(dir.path, cut), 100_000);
    const unreadable = await client.request('explore', question);
    assert.ok('error' in unreadable && unreadable.error.code === 'unreadable', JSON.stringify(unreadable));
    assert.match(unreadable.error.message, /^Cannot explore cut\.main\..*: Cannot read snapshot: .* at byte 100000/);
    assert.ok(!unreadable.error.message.includes(dir.path));
    rmSync(join(dir.path, cut));
    const gone = await client.request('explore', question);
    assert.ok('error' in gone && gone.error.code === 'not-found', JSON.stringify(gone));
    assert.ok('result' in (await client.request('explore', { ...question, target: 'api', snapshot: name })));
  });

  it('says the same over HTTP', async () => {
    const api = await TestApi.of(collector.url);
    const listed = await api.get('/v1/snapshots?target=api');
    assert.equal((listed.body as Result<'snapshots'>).snapshots[0]!.name, name);
    const { body } = await api.post('/v1/explore', { question: 'objects', target: 'api', kind: 'Session' });
    assert.deepEqual(body, await ask('objects', { kind: 'Session' }));
    const missing = await api.post('/v1/explore', { question: 'objects', target: 'api', kind: 'Sessions' });
    assert.equal(missing.status, 404);
  });
});

/** `ab` for [0, 1], as a pattern names its rows. */
function nameOf(path: readonly number[]): string {
  const letters = path.map((place) => String.fromCharCode(97 + place)).join('');
  return letters === '' ? '_' : letters.replace(/(.)\1{2,}/g, (run, letter: string) => `${letter}${run.length}`);
}

describe('the explorer of kept snapshots', () => {
  it('reads a file once for many questions, one after another, and lets it go when nobody asks', async () => {
    await using dir = await folder();
    const name = await keptLeak(dir);
    const workers: Worker[] = [];
    const onWorker = (worker: Worker) => workers.push(worker);
    process.on('worker', onWorker);
    const explorer = new Explorer({ snapshots: new Snapshots(dir.path), strings: false, idleMs: 1 });
    try {
      const question = { question: 'objects', target: 'api', kind: 'Session', limit: 1 } as const;
      const answers = await Promise.all([explorer.answer(question, SIGNAL), explorer.answer(question, SIGNAL)]);
      assert.deepEqual(answers[0], answers[1]);
      assert.equal(workers.length, 1);
      if (workers[0]!.threadId !== -1) await new Promise((resolve) => workers[0]!.once('exit', resolve));
      await explorer.answer({ ...question, snapshot: name }, SIGNAL);
      assert.equal(workers.length, 2, 'read anew');
    } finally {
      process.off('worker', onWorker);
      await explorer.close();
    }
    assert.equal(workers.at(-1)!.threadId, -1, 'ended with the explorer');
  });

  it('lets so many questions wait, and forgets those that nobody waits for', async () => {
    await using dir = await folder();
    await keptLeak(dir);
    const explorer = new Explorer({ snapshots: new Snapshots(dir.path), strings: false });
    const question = { question: 'objects', target: 'api', limit: 1 } as const;
    const left = new AbortController();
    const asked = Array.from({ length: 9 }, () => explorer.answer(question, left.signal));
    const codes = asked.map((answer) => answer.catch(({ code }: RequestError) => code));
    await assert.rejects(explorer.answer(question, SIGNAL), { code: 'busy', message: /8 questions wait already/ });
    left.abort();
    assert.deepEqual(await Promise.all(codes), Array(9).fill('busy'));
    // the line is free again, behind the one that had begun
    assert.equal((await explorer.answer(question, SIGNAL)).question, 'objects');
    const ended = assert.rejects(explorer.answer({ ...question, kind: 'Session' }, SIGNAL), {
      code: 'busy',
      message: /the collector stops/,
    });
    await explorer.close();
    await ended;
  });

  it('reads no file that there is no memory for, and gives up what takes too long', async () => {
    await using dir = await folder();
    const name = await keptLeak(dir);
    const question = { question: 'objects', target: 'api' } as const;
    const rooms = async () => [{ bytes: 1_048_576, source: 'free memory of the machine' }];
    const poor = new Explorer({ snapshots: new Snapshots(dir.path), strings: false, rooms });
    await assert.rejects(poor.answer(question, SIGNAL), {
      code: 'refused',
      message: new RegExp(
        `^Cannot read ${name}: it may need up to [\\d.]+ MB of memory, and 1.0 MB are left \\(free memory`,
      ),
    });
    await poor.close();
    const hasty = new Explorer({ snapshots: new Snapshots(dir.path), strings: false, timeoutMs: 1 });
    await assert.rejects(hasty.answer(question, SIGNAL), { code: 'refused', message: /it took too long/ });
    await hasty.close();
  });

  it('leaves the collector free to read gauges meanwhile', async () => {
    await using dir = await folder();
    await using target = await startTarget('shapes', { args: ['mixed', '12'] });
    await target.line(/ready/);
    const targets = [{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 20 } }];
    const config = { ...configOf(targets), snapshots: { dir: dir.path, keep: 2 } };
    await using collector = await startCollector(config, { logger: new LogLines().logger });
    await using client = await connect(collector.url);
    await client.hello();
    await client.subscribe({ topics: ['usage'] });
    await client.next('usage');
    assert.ok('result' in (await client.request('probe', { target: 'api', probe: 'snapshot', yes: true })));
    client.drain();
    client.send({
      type: 'request',
      id: 'q',
      method: 'explore',
      params: { question: 'partition', target: 'api', split: 'via&retained' },
    });
    let readings = 0;
    for (let frame = await client.any(); frame.type !== 'response'; frame = await client.any()) readings++;
    assert.ok(readings >= 3, `${readings} readings`);
  });
});
