/** The library on real processes and files: heapy's words, what they answer, and what they leave behind. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { type HeapSet, type Hpy, hpy, ObjectView, Since } from '../../../agent/heapy/hpy.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { ownSnapshot } from '../../support/own-snapshot.ts';
import { projectRoot } from '../../support/project.ts';
import { startTarget, type Target } from '../../support/target.ts';

const SESSIONS = 50;

async function startLeak(mode: string, count = SESSIONS): Promise<Target> {
  const target = await startTarget('leaks', { args: [mode, `${count}`] });
  await target.line(/^ready/);
  return target;
}

async function grow(target: Target, count: number): Promise<void> {
  target.send(`grow ${count}\n`);
  await target.line(/^grown/);
}

function sessionsOf(hp: Hpy, heap: HeapSet): HeapSet {
  return heap.and(hp.by('kind').of('Session'));
}

test('a live process: sets that answer at once', async () => {
  await using target = await startLeak('map');
  await using hp = await hpy(target.port);

  assert.match(
    String(hp),
    new RegExp(`^heapwatch on ${target.port} \\(pid ${target.pid}, node v.*leaks\\.mjs map 50\\)$`),
  );
  const { heapUsedBytes, price } = (await hp.quote()) ?? assert.fail('no quote of a live process');
  assert.ok(heapUsedBytes > 1e6 && price.pauseMs > 0);
  assert.ok((await hp.usage()).rssBytes > heapUsedBytes);
  const phases = new Set<string>();
  let pauseMs = 0;
  const heap = await hp.heap({
    label: 'now',
    onProgress: ({ phase }) => phases.add(phase),
    onCost: (cost) => {
      pauseMs = cost.pauseMs ?? 0;
    },
  });
  assert.match(String(heap), /^Partition of a set of \d+ objects\. Total size = \d+ bytes\.\n Index {2}Count/);
  assert.ok(phases.has('waiting') && pauseMs > 0);
  assert.equal(heap.stat.figures.origin.pid, target.pid);
  assert.equal(heap.stat.figures.origin.label, 'now');

  const sessions = sessionsOf(hp, heap);
  assert.equal(sessions.count, SESSIONS);
  assert.match(String(sessions.sp[0]), /leaks\.mjs: handleRequest .*sessionsByToken\.get\("token-0"\)$/);
  const [id] = sessions.ids;
  assert.equal(hp.iso(id as number).count, 1);
  assert.throws(() => hp.iso(-1), RangeError);
});

test('strings are hidden where they are not to be shown', async () => {
  await using target = await startLeak('map');
  await using hp = await hpy(target.port, { strings: false });
  const text = String(sessionsOf(hp, await hp.heap()).sp);
  assert.match(text, /sessionsByToken/);
  assert.doesNotMatch(text, /token-/);
});

test('a worker thread', async () => {
  await using target = await startTarget('puppet');
  target.send('worker\n');
  await target.line(/^worker 1$/);
  await using hp = await hpy(target.port, { isolate: 'worker:1' });
  assert.ok((await hp.heap()).count > 1_000);
  await using nobody = await hpy(target.port, { isolate: 'worker:9' });
  await assert.rejects(nobody.heap(), /Cannot find isolate "worker:9"/);
});

test('a file, plain and gzipped, says the same', async () => {
  await using dir = await folder();
  const bytes = await ownSnapshot();
  const [plain, packed] = [dir.join('a.heapsnapshot'), dir.join('a.heapsnapshot.gz')];
  await writeFile(plain, bytes);
  await writeFile(packed, gzipSync(bytes));
  await using hp = await hpy(plain);

  const heap = await hp.heap();
  assert.ok(heap.count > 1_000);
  assert.equal(String(await hp.load(packed)), String(heap));
  assert.equal(await hp.quote(), null);
  await assert.rejects(hp.usage(), /it is a file, only a live process has gauges/);
  await assert.rejects(hp.setrelheap(), /a file does not change/);
  assert.ok(heap.byid[0].theone instanceof ObjectView);

  const dump = dir.join('a.dump');
  heap.dump(dump);
  heap.bytype.dump(dump);
  const [first, second] = await hp.loadStats(dump);
  assert.equal(String(first), String(heap));
  assert.equal(String(second), String(heap.bytype));
  await assert.rejects(hp.loadStats(dir.join('none')), /no such file/);
  await assert.rejects(hp.load(dir.join('none')), /no such file/);
  await writeFile(dir.join('cut'), '{"snapshot":');
  await assert.rejects(
    hp.load(dir.join('cut')),
    /^SnapshotSyntaxError: Cannot read .*cut: it ends where a value should be at byte 12$/,
  );
});

test('a checkpoint: exactly the new, the freed and the survivors', async (t) => {
  await using target = await startLeak('map');
  await using hp = await hpy(target.port);

  await t.test('before there is one', async () => {
    await assert.rejects(hp.since(), /there is no checkpoint, call setrelheap\(\) first/);
    assert.throws(() => hp.Age, RangeError);
  });

  await t.test('nothing happens, nothing is new', async () => {
    const whole = await hp.setrelheap();
    assert.equal(sessionsOf(hp, whole ?? assert.fail('no heap')).count, SESSIONS);
    assert.equal(String(await hp.heap()), 'hp.Nothing');
  });

  await t.test('what was born since', async () => {
    await grow(target, 7);
    const since = await hp.since();
    assert.ok(since instanceof Since);
    assert.equal(sessionsOf(hp, since.born).count, 7);
    assert.equal(sessionsOf(hp, since.survived).count, SESSIONS);
    assert.match(String(since), /^Born since checkpoint "checkpoint 1" of /);
    assert.equal(sessionsOf(hp, await hp.heap()).count, 7);
  });

  await t.test('several checkpoints tell ages', async () => {
    await hp.setrelheap('b');
    await grow(target, 3);
    assert.equal(sessionsOf(hp, await hp.heap()).count, 3);
    const { born, survived } = await hp.since();
    const ages = sessionsOf(hp, survived.union(born)).by(hp.Age).partition;
    assert.deepEqual(
      ages.map(({ kind, count }) => [kind, count]),
      [
        ['before checkpoint 1', SESSIONS],
        ['checkpoint 1 to b', 7],
        ['since b', 3],
      ],
    );
  });

  await t.test('the one, live', async () => {
    const [session] = sessionsOf(hp, await hp.heap()).byid.parts;
    const one = (await session?.theone) as ObjectView;
    assert.equal(one.live?.className, 'Session');
    assert.deepEqual(
      one.live?.properties.map(({ name }) => name),
      ['id', 'user'],
    );
    assert.match(String(one), /\nnow: Session\n {2}\.id {4}\d+\n {2}\.user {2}Object$/);
  });

  await t.test('after another client has left: a refusal, and never a number', async () => {
    const other = await openSession(target.wsUrl);
    await other.send('Runtime.evaluate', { expression: '1' });
    await other.close();
    await assert.rejects(hp.heap(), { name: 'EpochError', message: /checkpoint "b": object ids .* were reset/ });
    await assert.rejects(hp.since(), { name: 'EpochError' });
  });

  await t.test('without one again', async () => {
    assert.equal(await hp.setrelheap(hp.Nothing), null);
    const heap = await hp.heap();
    assert.equal(sessionsOf(hp, heap).count, SESSIONS + 10);
    const one = (await heap.byid[0].theone) as ObjectView;
    assert.equal(one.live, null);
    assert.match(String(one), /\(as it was in the snapshot: object ids were released after it/);
  });
});

for (const major of TRIED_MAJORS) {
  test(`setrelheap on Node ${major}: exactly the new, exactly the freed, and nothing of ours`, async () => {
    await using target = await startTarget('maker', { nodeBinary: await nodeBinary(major) });
    await target.line(/^ready/);
    const tell = async (command: string): Promise<void> => {
      target.send(`${command}\n`);
      await target.line(new RegExp(`^done ${command}$`));
    };
    // a first one of each, so that no class is new later
    for (const command of ['make session0 3', 'make ticket 400']) await tell(command);
    await using hp = await hpy(target.port);
    const whole = (await hp.setrelheap('a')) ?? assert.fail('no heap');
    assert.equal(whole.and(hp.Kind('Ticket')).count, 400);
    assert.equal(String(await hp.heap()), 'hp.Nothing');

    // a look at one of them holds nothing: it goes with the others
    const one = (await whole.and(hp.Kind('Ticket')).byid[0].theone) as ObjectView;
    assert.equal(one.live?.className, 'Ticket');

    await tell('make session 1000');
    await tell('drop ticket');
    const since = await hp.since();
    const figures = (kind: string) => since.rows.find((row) => row.kind === kind);
    assert.equal(figures('Session')?.count, 1000);
    assert.equal(figures('Session')?.freed?.count, 0);
    assert.equal(figures('Ticket')?.count, 0);
    assert.equal(figures('Ticket')?.freed?.count, 400);
    assert.equal(since.born.and(hp.Kind('Session')).count, 1000);
    assert.deepEqual(
      since.born.and(hp.Kind('Session')).byage.partition.map(({ kind, count }) => [kind, count]),
      [['since a', 1000]],
    );
  });
}

/** Waits, without letting anything else run in this thread, until a child of ours has ended. Milliseconds. */
function blockUntilEnded(pid: number): number {
  const sinceMs = performance.now();
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const hasEnded = () =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .startsWith('Z');
  while (!hasEnded() && performance.now() - sinceMs < 10_000) Atomics.wait(nobody, 0, 0, 5);
  return performance.now() - sinceMs;
}

for (const state of ['attached', 'with a checkpoint held']) {
  test(`a process ends at once though this thread stands still, ${state}`, async (t) => {
    // once the target has ended nothing of ours keeps this process alive, and it is to hear of that end
    const awake = setInterval(() => {}, 1_000);
    t.after(() => clearInterval(awake));
    await using target = await startTarget('puppet');
    await using hp = await hpy(target.port);
    if (state !== 'attached') await hp.setrelheap();
    else await hp.heap();
    target.send('in 50 exit 3\n');
    assert.ok(blockUntilEnded(target.pid) < 2_000);
    assert.equal((await target.exited).code, 3);
    assert.equal((await hp.ended).name, 'DetachedError');
    await assert.rejects(hp.heap(), { name: 'DetachedError' });
  });
}

test('a heap that is given up', async () => {
  await using target = await startLeak('map');
  await using hp = await hpy(target.port);
  const giveUp = new AbortController();
  const heap = hp.heap({ signal: giveUp.signal, onProgress: () => giveUp.abort(new Error('enough')) });
  await assert.rejects(heap, { message: 'enough' });
  assert.equal(sessionsOf(hp, await hp.heap()).count, SESSIONS);
});

test('what is no target says so in one line', async () => {
  await assert.rejects(hpy('1'), { name: 'AttachError', message: /^Cannot attach to 127\.0\.0\.1:1: / });
  await assert.rejects(hpy('frob'), { name: 'TargetSyntaxError' });
  await assert.rejects(hpy('ws://127.0.0.1:7331/v1/stream#api'), /a collector stores partitions, no heaps/);
});

test('in process: nothing of ours is seen, and all of the program', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(projectRoot, 'test/fixtures/inside.mjs')]);
  const seen = JSON.parse(stdout);
  assert.ok(seen.lengths.every((length: number) => length > 0));
  const ours = /heapwatch|HeapSet|PlainSet|HeapView|StringTable|\/(agent|protocol)\/|zod|levenshtein/;
  for (const list of [seen.modules, seen.kinds, seen.texts]) {
    assert.deepEqual(
      list.filter((kind: string) => ours.test(kind)),
      [],
    );
  }
  // the first heap's columns, some megabytes, are no part of the second
  assert.deepEqual(seen.stores, []);
  assert.ok(Math.abs(seen.change) < seen.bytes / 20, `changed by ${seen.change} of ${seen.bytes} bytes`);
  assert.equal(seen.inFunction, 30);
  assert.equal(seen.born, 40);
  assert.equal(seen.survived, 0);
});
