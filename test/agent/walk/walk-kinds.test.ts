/**
 * Counts of each kind are those of a snapshot that V8 itself writes right after, on each version of Node. The main thread is blocked
 * in between; what the snapshot's own making adds is the tolerance.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionFile } from '../../../agent/file/file.ts';
import { layoutOf } from '../../../agent/layout/layout.ts';
import { HeapWords } from '../../../agent/walk/objects.ts';
import { type Page, pagesOf } from '../../../agent/walk/pages.ts';
import { type IsolateKinds, type KindRow, type WalkedKinds, walkKinds } from '../../../agent/walk/walk-kinds.ts';
import { folder } from '../../support/folder.ts';
import { executableOf, memoryImage } from '../../support/memory-image.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

/** Kinds that the program alone makes, or that nothing makes more of between the two. */
const PLANTED = [
  'AsyncGenerator,Complex,Date,Derived,Error,FinalizationRegistry,Float64Array,Map Iterator,OldStyle,Proxy,RegExp',
  'Tagged,Title,Odd,Even,Twin (app/49.js:1),Twin (app/68.js:3),URL,Boolean,WeakCell,DataView,SharedArrayBuffer,count',
  'Module,Instance,BuiltinModule,Generator,properties of Complex,elements of Object,elements of Uint8Array,elements of Float64Array',
  'table of Map,table of Set,table of WeakMap,table of WeakSet,WeakRef,WeakMap,WeakSet,Set,context',
]
  .join(',')
  .split(',');

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: kinds are those of a snapshot, their bytes V8's used bytes`, async () => {
    await using dir = await folder();
    const file = dir.join('after.heapsnapshot');
    await using target = await startTarget('walked-kinds', {
      nodeBinary: await nodeBinary(major),
      execArgv: ['--expose-gc'],
      args: [file],
      inspect: false,
    });
    const used: Record<string, number> = JSON.parse((await target.line(/^still /)).slice('still '.length));
    const { walked, pages } = walk(target.pid);
    target.send('\n');
    await target.line(/^written/);
    const [snapshot] = await partitionFile(file, { by: ['kind'] });

    assert.equal(walked.isolates.length, 1);
    const [isolate] = walked.isolates;
    assert.equal(isolate.tornBytes, 0);
    assert.equal(walked.readOnly.tornBytes, 0);
    assertUsed(isolate, pages, used);
    const rows = byKind([...isolate.rows, ...isolate.outside, ...walked.readOnly.rows]);
    const expected = byKind(snapshot.rows);
    for (const kind of PLANTED) {
      const [found, wanted] = [rows.get(kind), expected.get(kind)];
      assert.ok(
        Math.abs((found?.count ?? 0) - (wanted?.count ?? 0)) <= 4,
        `${kind}: ${found?.count}, not ${wanted?.count}`,
      );
      if (wanted !== undefined && wanted.count > 100) assertNear(found?.sizeBytes ?? 0, wanted.sizeBytes, 0.02, kind);
    }
    for (const { kind, count, sizeBytes } of snapshot.rows.filter(isComparable).slice(0, 50)) {
      const found = rows.get(kind) ?? { count: 0, sizeBytes: 0 };
      assertNear(found.count, count, V8S_OWN.test(kind) ? 0.2 : 0.005, kind);
      if (!V8S_OWN.test(kind)) assertNear(found.sizeBytes, sizeBytes, 0.02, `bytes of ${kind}`);
    }
  });
}

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: each worker is an isolate of its own, after the main one`, async () => {
    await using dir = await folder();
    await using target = await startTarget('walked-kinds', {
      nodeBinary: await nodeBinary(major),
      execArgv: ['--expose-gc'],
      args: [dir.join('unused'), '2'],
      inspect: false,
    });
    await target.line(/^still /);
    const { isolates } = walk(target.pid).walked;
    const counts = isolates
      .map(({ rows }) => byKind(rows).get('OfWorker')?.count ?? 0)
      .sort((one, other) => one - other);
    assert.deepEqual(counts, [0, 1000, 2000]);
    assert.equal(byKind(isolates[0].rows).get('Complex')?.count, 3000, 'the main isolate comes first');
  });
}

function walk(pid: number): { walked: WalkedKinds; pages: readonly Page[] } {
  const layout = layoutOf(executableOf(pid));
  const image = memoryImage(pid);
  const pages = pagesOf(image, layout);
  return { walked: walkKinds(new HeapWords(image, layout, pages)), pages };
}

/** Within 0.5 %. V8 counts what it has in hand for allocation as used or as free, as its last step left it. */
function assertUsed({ sizeBytes }: IsolateKinds, pages: readonly Page[], used: Readonly<Record<string, number>>): void {
  const usedBytes = Object.values(used).reduce((sum, bytes) => sum + bytes, 0);
  let inHand = 0;
  for (const { heap, space, areaStart, areaEnd, ranges } of pages) {
    if (heap === 0 || space === 'new_space') continue;
    inHand += areaEnd - areaStart - ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  }
  const text = `${sizeBytes} bytes of objects and ${inHand} in hand, V8 counts ${usedBytes}`;
  assert.ok(sizeBytes <= usedBytes * 1.005, text);
  assert.ok(sizeBytes + inHand >= usedBytes * 0.995, text);
}

function byKind(rows: readonly KindRow[]): Map<string, { count: number; sizeBytes: number }> {
  const sums = new Map<string, { count: number; sizeBytes: number }>();
  for (const { kind, count, sizeBytes } of rows) {
    const sum = sums.get(kind) ?? { count: 0, sizeBytes: 0 };
    sums.set(kind, { count: sum.count + count, sizeBytes: sum.sizeBytes + sizeBytes });
  }
  return sums;
}

/** Memory of Node's own is native in a snapshot and no object of V8's. */
function isComparable({ kind }: KindRow): boolean {
  return !kind.startsWith('native ') && kind !== 'properties of global';
}

/** A snapshot collects first, and has only what it reaches from its roots: scripts/kinds.ts prints by how much. */
const V8S_OWN = /^(code|hidden class|array \(no owner\)|\(system\)|number|symbol|properties of Object)$/;

function assertNear(found: number, expected: number, ratio: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= expected * ratio, `${what}: ${found}, expected ${expected}`);
}

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: what the last collection found dead is told apart by its mark bits`, async () => {
    await using target = await startTarget('walked-garbage', {
      nodeBinary: await nodeBinary(major),
      execArgv: ['--expose-gc', '--no-concurrent-sweeping'],
      inspect: false,
    });
    await target.line(/^still/);
    const { walked, pages } = walk(target.pid);
    const [isolate] = walked.isolates;
    const rows = byKind(isolate.rows);
    assert.ok(
      pages.some(({ markBits }) => markBits !== undefined),
      'some pages are not swept',
    );
    assertNear(rows.get('Kept')?.count ?? 0, 5_000, 0.001, 'Kept');
    assert.ok((rows.get('Dropped')?.count ?? 0) <= 15_000 * 0.02, `Dropped: ${rows.get('Dropped')?.count}`);
    assert.ok(isolate.deadCount > 15_000 && isolate.deadBytes > 15_000 * 24, `${isolate.deadCount} dead`);
    assert.equal(isolate.tornBytes, 0);
  });
}
