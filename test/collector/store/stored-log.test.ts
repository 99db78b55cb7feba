import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import Database from 'libsql';
import { type EventLog, LostError } from '../../../collector/log/log.ts';
import { markEvent, partitionEvent, probeEvent, targetEvent, usageEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { openLog } from '../../support/stored-log.ts';

/** The frames after an offset, page by page. */
function frames(log: EventLog, after: number): string[] {
  const found: string[] = [];
  for (let at = after; at < log.offset; ) {
    const page = log.after(at);
    found.push(...page.map(({ bytes }) => String(bytes)));
    at = page.at(-1)!.offset;
  }
  return found;
}

function offsets(log: EventLog, after: number): number[] {
  return frames(log, after).map((frame) => (JSON.parse(frame) as { offset: number }).offset);
}

/** A program that keeps a database to itself until it is killed. */
const HOLD = `import Database from 'libsql';
const db = new Database(process.argv[1]);
db.pragma('locking_mode=EXCLUSIVE');
db.exec('BEGIN EXCLUSIVE');
console.log('held');
setInterval(() => db.inTransaction, 1_000);`;

const SMALL_RING = { ring: { ringEvents: 5, ringBytes: 1_000_000 } };

describe('stored log', () => {
  it('publishes events in order, once they are committed', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    const seen: number[] = [];
    log.follow(({ offset }) => seen.push(offset));
    log.append(targetEvent('api'));
    log.append(usageEvent('api'));
    assert.deepEqual([log.offset, seen], [0, []]);
    await log.settled();
    assert.deepEqual([log.offset, seen], [2, [1, 2]]);
    const other = new Database(dir.join('heapwatch.db'));
    assert.equal((other.prepare('SELECT count(*) AS n FROM event').get() as { n: number }).n, 2);
    other.close();
  });

  it('goes on after a restart: same log, next offset, every event as it was sent', async () => {
    await using dir = await folder();
    const sent: string[] = [];
    const before = (await openLog(dir.path)).log;
    before.follow(({ bytes }) => sent.push(String(bytes)));
    before.append(targetEvent('api', { labels: { service: 'a "b"' } }));
    before.append(usageEvent('api'));
    before.append(partitionEvent('api', { id: 'p', cost: { pauseMs: 1.5 } }));
    before.append(probeEvent('api', { phase: 'done', partitions: ['p'], cost: { pauseMs: 1.5, extraBytes: -1 } }));
    before.append(usageEvent('api'));
    await before.close();

    await using after = (await openLog(dir.path)).log;
    assert.deepEqual([after.id, after.offset], [before.id, 5]);
    assert.deepEqual(frames(after, 0), sent);
    assert.deepEqual(
      after.latest().map(({ offset }) => offset),
      [1, 3, 4, 5],
    );
    after.append(usageEvent('api'));
    await after.settled();
    assert.deepEqual(offsets(after, 3), [4, 5, 6]);
    assert.equal(String(after.partition('p')?.bytes), sent[2]);
  });

  it('reads from the file what has left the ring', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path, undefined, SMALL_RING)).log;
    for (let i = 1; i <= 300; i++) log.append(i % 3 ? usageEvent('api') : partitionEvent('api', { id: `p${i}` }));
    await log.settled();
    assert.ok(log.holdsAfter(0));
    assert.deepEqual(
      offsets(log, 0),
      Array.from({ length: 300 }, (_, i) => i + 1),
    );
    assert.equal(log.partition('p3')?.offset, 3);
    assert.equal(log.partition('p4'), undefined);
  });

  it('keeps its files to its user', async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    log.append(usageEvent('api'));
    await log.settled();
    const modes = readdirSync(dir.path).map((name) => [name, (statSync(dir.join(name)).mode & 0o777).toString(8)]);
    assert.deepEqual(Object.fromEntries(modes), {
      'heapwatch.db': '600',
      'heapwatch.db-shm': '600',
      'heapwatch.db-wal': '600',
      'heapwatch.db.lock': '600',
      'heapwatch.db.sent': '600',
    });
  });

  it('forgets, also for the time after a restart, what concerns those who are no more', async () => {
    await using dir = await folder();
    const before = (await openLog(dir.path)).log;
    before.append(targetEvent('api'));
    before.append(usageEvent('api', { incarnation: 'pid 1' }));
    before.append(usageEvent('api', { isolate: 'worker:1', incarnation: 'pid 2' }));
    before.append(targetEvent('web'));
    before.forget('api', { except: 'pid 2' });
    before.retire('web');
    await before.close();
    await using after = (await openLog(dir.path)).log;
    assert.deepEqual(
      after.latest().map(({ offset }) => offset),
      [1, 3],
    );
  });

  it("keeps consumers' states beside the events that they take account of", async () => {
    await using dir = await folder();
    await using log = (await openLog(dir.path)).log;
    log.append(usageEvent('api'));
    log.commit({ name: 'alerts', offset: 1, state: '{}' });
    log.commit({ name: 'alerts', offset: 2, state: '{"firing":1}' });
    await log.settled();
    assert.deepEqual(log.committed('alerts'), { name: 'alerts', offset: 2, state: '{"firing":1}' });
    assert.equal(log.committed('other'), undefined);
  });
});

describe('a file that is not ours', () => {
  it('is refused if a newer version wrote it', async () => {
    await using dir = await folder();
    await (await openLog(dir.path)).log.close();
    const db = new Database(dir.join('heapwatch.db'));
    db.pragma('user_version=99');
    db.close();
    await assert.rejects(
      openLog(dir.path),
      /heapwatch\.db: it is of version 99 and this heapwatch knows \d+, use a newer/,
    );
  });

  it("is refused if it is another program's", async () => {
    await using dir = await folder();
    const db = new Database(dir.join('heapwatch.db'));
    db.exec('CREATE TABLE mails (id INTEGER)');
    db.close();
    await assert.rejects(openLog(dir.path), /heapwatch\.db: it is another program's database, name another file$/);
  });

  it('is refused while another collector writes to it', async () => {
    await using dir = await folder();
    await using _ = (await openLog(dir.path)).log;
    await assert.rejects(openLog(dir.path), /another collector writes to it/);
  });

  it('is put aside if it is damaged, and the log that begins is another', async () => {
    await using dir = await folder();
    writeFileSync(dir.join('heapwatch.db'), 'this is no database'.repeat(1_000));
    const { log, logs } = await openLog(dir.path);
    await using _ = log;
    await logs.next('store was damaged: it was put aside, and a new one begins');
    log.append(usageEvent('api'));
    await log.settled();
    assert.equal(log.offset, 1);
    assert.equal(readdirSync(dir.path).filter((name) => /^heapwatch\.db\.damaged-\d{8}T\d{6}Z$/.test(name)).length, 1);
  });
});

describe('a store that fails', () => {
  it('lets events go on, as not durable, and stores them when it works again', async () => {
    await using dir = await folder();
    const { log, logs } = await openLog(dir.path);
    await using _ = log;
    log.append(usageEvent('api'));
    await log.settled();
    const other = new Database(dir.join('heapwatch.db'));
    other.exec('BEGIN IMMEDIATE');
    log.append(usageEvent('api'));
    log.append(usageEvent('web'));
    await log.settled();
    assert.equal((await logs.next('store fails: events are kept in memory')).fault, 'locked');
    assert.deepEqual([log.health.durable, log.health.fault, log.health.unsaved], [false, 'locked', 2]);
    const undurable = log.after(1).map(({ event }) => [event.durable, event.offset > 2 ** 32, event.target]);
    assert.deepEqual(undurable, [
      [false, true, 'api'],
      [false, true, 'web'],
    ]);
    other.exec('ROLLBACK');
    other.close();
    await logs.next('store works again');
    log.append(usageEvent('api'));
    await log.settled();
    const all = offsets(log, 0);
    assert.deepEqual([log.health.durable, all.length, all[0], all[3]], [true, 4, 1, all[2]! + 1]);
    await log.close();
    await using after = (await openLog(dir.path)).log;
    assert.deepEqual(offsets(after, 0), all);
  });

  it('is opened later where another program holds its file', async (t) => {
    await using dir = await folder();
    const holder = spawn(process.execPath, ['--input-type=module', '-e', HOLD, dir.join('heapwatch.db')], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    const { log, logs } = await openLog(dir.path);
    await using _ = log;
    assert.equal((await logs.next('store fails: events are kept in memory')).fault, 'locked');
    log.append(usageEvent('api'));
    await log.settled();
    assert.deepEqual([log.health.durable, log.after(log.offset - 1)[0]!.event.durable], [false, false]);
    holder.kill('SIGKILL');
    await logs.next('store works again');
    log.append(usageEvent('api'));
    await log.settled();
    assert.deepEqual([log.health.durable, offsets(log, log.offset - 2).length], [true, 2]);
  });

  it('never gives an offset again that was sent and not stored', async () => {
    await using dir = await folder();
    const { log, logs } = await openLog(dir.path);
    await using _ = log;
    const other = new Database(dir.join('heapwatch.db'));
    other.exec('BEGIN IMMEDIATE');
    log.append(usageEvent('api'));
    await log.settled();
    await logs.next('store fails: events are kept in memory');
    const sent = log.offset;
    // closed while it cannot store: what was not durable is lost, as if it had been killed
    await log.close();
    other.exec('ROLLBACK');
    other.close();
    await using after = (await openLog(dir.path)).log;
    assert.equal(after.offset, 0);
    const again = new Database(dir.join('heapwatch.db'));
    again.exec('BEGIN IMMEDIATE');
    after.append(usageEvent('api'));
    await after.settled();
    again.exec('ROLLBACK');
    again.close();
    assert.ok(after.offset > sent, `${after.offset} after ${sent}`);
  });

  it('tells as gone what memory did not suffice for', async () => {
    await using dir = await folder();
    const { log, logs } = await openLog(dir.path, undefined, SMALL_RING);
    await using _ = log;
    log.append(usageEvent('api'));
    await log.settled();
    const other = new Database(dir.join('heapwatch.db'));
    other.exec('BEGIN IMMEDIATE');
    for (let i = 0; i < 8; i++) log.append(usageEvent('api'));
    await log.settled();
    assert.deepEqual([log.health.unsaved, log.health.lost], [5, 3]);
    assert.throws(() => log.after(1), LostError);
    other.exec('ROLLBACK');
    other.close();
    await logs.next('store works again');
    const newest = log.offset;
    await log.close();
    await using after = (await openLog(dir.path)).log;
    assert.deepEqual(
      [1, newest - 6, newest - 5, newest].map((offset) => after.holdsAfter(offset)),
      [false, false, true, true],
    );
    assert.equal(offsets(after, newest - 5).length, 5);
  });

  it('begins a new file with all that is in memory when its own is damaged', async () => {
    await using dir = await folder();
    const { log, logs } = await openLog(dir.path, undefined, SMALL_RING);
    await using _ = log;
    log.append(targetEvent('api'));
    for (let i = 0; i < 200; i++) log.append(partitionEvent('api', { id: `p${i}` }));
    await log.settled();
    const { id } = log;
    for (const name of ['heapwatch.db', 'heapwatch.db-wal']) truncateSync(dir.join(name), 4096);
    writeFileSync(dir.join('heapwatch.db'), 'x'.repeat(20_000));
    // who looks first finds out
    assert.throws(() => log.after(0), LostError);
    log.append(usageEvent('api'));
    await logs.next('store works again');
    log.append(markEvent('api', 'deploy'));
    await log.settled();
    assert.notEqual(log.id, id);
    const held = [1, 198, 199, 200, 201, 2 ** 32 + 1, 2 ** 32 + 2];
    assert.deepEqual([log.holdsAfter(196), log.holdsAfter(197), offsets(log, 197)], [false, true, held.slice(1)]);
    await log.close();
    await using after = (await openLog(dir.path)).log;
    assert.deepEqual([after.id, after.offset], [log.id, held.at(-1)]);
    assert.deepEqual(offsets(after, 197), held.slice(1));
    assert.deepEqual(
      after.latest().map(({ offset }) => offset),
      [1, 201, ...held.slice(-2)],
    );
  });
});
