/** One file, whatever it is called and whatever becomes of it. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { folder } from '../../support/folder.ts';
import { clocks, openLog } from '../../support/stored-log.ts';

const mark = (label: string) => ({ type: 'mark', target: 'api', label, at: '2026-11-22T06:00:00.000Z' }) as const;

test('a store is one store under all its names: a second collector is refused', async () => {
  await using dir = await folder();
  await mkdir(dir.join('a'));
  await mkdir(dir.join('b'));
  const { log } = await openLog(dir.join('a'));
  symlinkSync(dir.join('a/heapwatch.db'), dir.join('b/heapwatch.db'));
  await assert.rejects(openLog(dir.join('b')), { name: 'StoreError', message: /another collector writes to it/ });
  rmSync(dir.join('b/heapwatch.db'));
  linkSync(dir.join('a/heapwatch.db'), dir.join('b/heapwatch.db'));
  await assert.rejects(openLog(dir.join('b')), { name: 'StoreError', message: /the file has 2 names \(hard links\)/ });
  await log.close();
});

/** The files of a store as they are at this moment, with a third of its log of writes cut off. */
function afterPowerLoss(from: string, to: string): void {
  for (const suffix of ['', '-wal', '.sent']) copyFileSync(from + suffix, to + suffix);
  truncateSync(`${to}-wal`, Math.floor((statSync(`${to}-wal`).size * 2) / 3));
}

test('after a loss of power no offset is given twice, and the gap is told', async () => {
  await using dir = await folder();
  await mkdir(dir.join('lost'));
  const { log } = await openLog(dir.path);
  for (let at = 1; at <= 39; at++) {
    log.append(mark(`m${at}`));
    await log.settled();
  }
  assert.equal(log.offset, 39);
  afterPowerLoss(dir.join('heapwatch.db'), dir.join('lost/heapwatch.db'));
  await log.close();

  const { log: next } = await openLog(dir.join('lost'));
  assert.equal(next.id, log.id);
  assert.ok(next.offset > 39);
  assert.ok(!next.holdsAfter(20) && !next.holdsAfter(38), 'what is missing is told as a gap');
  next.append(mark('after'));
  await next.settled();
  const { offset } = next;
  assert.ok(next.latest().every((entry) => entry.offset <= 39 || entry.offset === offset));
  await next.close();

  const { log: third } = await openLog(dir.join('lost'));
  assert.deepEqual([third.offset, third.holdsAfter(offset - 1), third.holdsAfter(38)], [offset, true, false]);
  await third.close();
});

test('a log that lost nothing goes on where it was', async () => {
  await using dir = await folder();
  await mkdir(dir.join('killed'));
  const { log } = await openLog(dir.path);
  for (let at = 1; at <= 5; at++) log.append(mark(`m${at}`));
  await log.settled();
  for (const suffix of ['', '-wal', '.sent'])
    copyFileSync(dir.join('heapwatch.db') + suffix, dir.join('killed/heapwatch.db') + suffix);
  await log.close();
  const { log: next } = await openLog(dir.join('killed'));
  assert.deepEqual([next.offset, next.holdsAfter(0)], [5, true]);
  await next.close();
});

test('a file that is removed or replaced is noticed at the next write, and nothing is lost', async () => {
  await using dir = await folder();
  const { log, logs } = await openLog(dir.path, clocks());
  log.append(mark('before'));
  await log.settled();
  const path = dir.join('heapwatch.db');
  for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
  log.append(mark('after'));
  await log.settled();
  assert.match(String((await logs.next('store fails: events are kept in memory')).fault), /corrupt/);
  await logs.next('store works again');
  assert.ok(existsSync(path));
  log.append(mark('later'));
  await log.close();
  const { log: next } = await openLog(dir.path);
  assert.deepEqual(
    next.after(0).map(({ event }) => (event as { label: string }).label),
    ['before', 'after', 'later'],
  );
  renameSync(path, dir.join('elsewhere.db'));
  await next.close();
});
