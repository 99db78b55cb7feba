import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { type EventLog, LostError } from '../../../collector/log/log.ts';
import { partitionEvent } from '../../support/events.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { openLog } from '../../support/stored-log.ts';

/** Every offset that can be read after `after`. */
function offsets(log: EventLog, after: number): number[] {
  const found: number[] = [];
  for (let at = after; at < log.offset; at = found.at(-1)!) found.push(...log.after(at).map(({ offset }) => offset));
  return found;
}

const ROWS = Array.from({ length: 1_000 }, (_, at) => ({ kind: `Kind${at}`, count: at, sizeBytes: 2 ** 40 + at }));

it('goes on in memory while its disk is full, loses nothing that was durable, and stores the rest when there is room', async (t) => {
  await using disk = await smallDisk(2 ** 20);
  if (!disk) return t.skip('this user may not mount a small disk');
  const { log, logs } = await openLog(disk.path);
  const durable: number[] = [];
  const undurable: number[] = [];
  log.follow(({ offset, event }) => (event.durable === false ? undurable : durable).push(offset));
  while (undurable.length < 5) {
    log.append(partitionEvent('api', { rows: ROWS }));
    await log.settled();
  }
  assert.equal((await logs.next('store fails: events are kept in memory')).fault, 'full');
  assert.ok(durable.length > 5);
  await disk.grow(64 * 2 ** 20);
  await logs.next('store works again');
  log.append(partitionEvent('api', { rows: ROWS }));
  await log.settled();
  assert.deepEqual([log.health.durable, log.health.unsaved, log.health.lost], [true, 0, 0]);
  await log.close();

  const again = await openLog(disk.path);
  await using after = again.log;
  assert.deepEqual(
    offsets(after, 0),
    [...durable, ...undurable].sort((a, b) => a - b),
  );
});

for (const before of ['nothing', 'a store']) {
  it(`begins in memory where its disk is full and holds ${before}, and goes on in the file when there is room`, async (t) => {
    await using disk = await smallDisk(2 ** 20);
    if (!disk) return t.skip('this user may not mount a small disk');
    const kept = before === 'nothing' ? 0 : 3;
    if (kept > 0) {
      const { log } = await openLog(disk.path);
      for (let i = 1; i <= kept; i++) log.append(partitionEvent('old', { id: `old-${i}` }));
      await log.close();
    }
    fill(disk.path);
    const { log, logs } = await openLog(disk.path);
    assert.equal((await logs.next('store fails: events are kept in memory')).fault, 'full');
    for (let i = 1; i <= 5; i++) log.append(partitionEvent('api', { id: `new-${i}` }));
    await log.settled();
    const { id } = log;
    const sent = offsets(log, log.offset - 5);
    assert.deepEqual([log.health.durable, sent.length, log.after(sent[0]!)[0]!.event.durable], [false, 5, false]);
    assert.throws(() => log.after(0), LostError);
    assert.equal(log.committed('alerts'), undefined);
    await disk.grow(64 * 2 ** 20);
    await logs.next('store works again');
    log.append(partitionEvent('api', { id: 'new-6' }));
    await log.settled();
    assert.deepEqual([log.health.durable, log.id, log.holdsAfter(0)], [true, id, false]);
    await log.close();

    await using after = (await openLog(disk.path)).log;
    assert.equal(after.id, id);
    assert.deepEqual(offsets(after, sent[0]! - 1), [...sent, sent.at(-1)! + 1]);
    assert.equal(after.partition('old-2')?.offset, kept > 0 ? 2 : undefined);
  });
}

/** Leaves no room. */
function fill(path: string): void {
  const file = openSync(join(path, 'ballast'), 'w');
  try {
    for (;;) writeSync(file, Buffer.alloc(4_096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    closeSync(file);
  }
}
