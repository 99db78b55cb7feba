import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { trailLines } from '../../../collector/audit/audit-files.ts';
import { AuditTrail, type AuditTrailOptions, type NewAct, readTrail } from '../../../collector/audit/audit-trail.ts';
import { ChainCheck, type ChainFault } from '../../../collector/audit/chain.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { smallDisk } from '../../support/small-disk.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.parse('2026-11-30T10:00:00.000Z');

function act(over: Partial<NewAct> = {}): NewAct {
  return { by: 'ops', role: 'operator', address: '127.0.0.1', via: 'http', act: 'probe', outcome: 'done', ...over };
}

async function opened(dir: string, over: Partial<AuditTrailOptions> = {}): Promise<AuditTrail> {
  return await AuditTrail.open({ dir, logger: new LogLines().logger, now: () => START_MS, ...over });
}

async function verified(
  dir: string,
  key?: string,
  has: string[] = [],
): Promise<{ faults: ChainFault[]; check: ChainCheck }> {
  const check = new ChainCheck(key, has);
  const faults: ChainFault[] = [];
  for await (const line of trailLines(dir)) {
    const fault = check.take(line);
    if (fault) faults.push(fault);
  }
  return { faults: [...faults, ...check.end()], check };
}

function filesIn(dir: string): string[] {
  return readdirSync(dir)
    .sort()
    .map((name) => join(dir, name));
}

/** A trail of `count` acts, in files of one day. */
async function written(dir: string, count: number, over: Partial<AuditTrailOptions> = {}): Promise<AuditTrail['head']> {
  const trail = await opened(dir, over);
  for (let i = 0; i < count; i++) trail.append(act({ params: { i } }));
  await trail.close();
  return trail.head;
}

describe('an audit trail', () => {
  it('is read as it was written, by its collector and from its files, and is whole', async () => {
    await using dir = await folder();
    const trail = await opened(dir.path);
    const acts = ['probe', 'mark', 'probe'] as const;
    for (const each of acts) await trail.append(act({ act: each, target: 'api', params: { label: 'ä"\n' } })).written;
    const { entries, head } = await trail.query({ act: 'pr*' });
    assert.deepEqual(
      entries.map(({ seq, at, by, target, params }) => [seq, at, by, target, params]),
      [3, 1].map((seq) => [seq, '2026-11-30T10:00:00.000Z', 'ops', 'api', { label: 'ä"\n' }]),
    );
    assert.deepEqual(
      (await readTrail(dir.path, { before: 3, limit: 1 })).entries.map(({ seq }) => seq),
      [2],
    );
    assert.deepEqual(head, { seq: 3, hash: entries[0]!.hash });
    await trail.close();
    const { faults, check } = await verified(dir.path, undefined, [entries[1]!.hash]);
    assert.deepEqual([faults, check.head, check.entries], [[], head, 3]);
    assert.equal(statSync(filesIn(dir.path)[0]!).mode & 0o777, 0o600);
  });

  it('goes on after a restart, also where a killed one has left half a line', async () => {
    await using dir = await folder();
    await written(dir.path, 2);
    appendFileSync(filesIn(dir.path)[0]!, '{"seq":3,"at":"20');
    assert.equal((await verified(dir.path)).faults.length, 1);
    await written(dir.path, 1);
    const { faults, check } = await verified(dir.path);
    assert.deepEqual([faults, check.entries, check.head.seq], [[], 3, 3]);
  });

  it('of 10,000 acts shows each byte that was changed or removed, wherever it is', async () => {
    await using dir = await folder();
    const head = await written(dir.path, 10_000);
    const [path] = filesIn(dir.path);
    const bytes = readFileSync(path!);
    const places = [0, 1, 500_000, bytes.length - 1, bytes.length - 2, bytes.indexOf(10), bytes.lastIndexOf(10, -2)];
    for (const place of places) {
      const changed = Buffer.from(bytes);
      changed[place] = changed[place]! ^ 1;
      writeFileSync(path!, changed);
      assert.ok((await verified(dir.path)).faults.length > 0, `byte ${place} changed`);
      writeFileSync(path!, Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1)]));
      assert.ok((await verified(dir.path)).faults.length > 0, `byte ${place} removed`);
    }
    const lines = bytes.toString().split('\n');
    writeFileSync(path!, lines.toSpliced(5_000, 1).join('\n'));
    const [fault] = (await verified(dir.path)).faults;
    assert.deepEqual(fault, { seq: 5_002, reason: 'follows 5000: those between are not there' });
    // who cuts the end off leaves a whole trail: the newest hash is in the log
    writeFileSync(path!, `${lines.slice(0, 9_000).join('\n')}\n`);
    assert.deepEqual((await verified(dir.path)).faults, []);
    assert.match((await verified(dir.path, undefined, [head.hash])).faults[0]!.reason, /no entry has the hash/);
  });

  it('shows one entry that was changed with its hash, and with a key all that was sealed without', async () => {
    await using dir = await folder();
    await written(dir.path, 3, { key: 'a-key-of-the-auditors' });
    assert.deepEqual((await verified(dir.path, 'a-key-of-the-auditors')).faults, []);
    assert.equal((await verified(dir.path, 'another-key')).faults.length, 3);
    assert.equal((await verified(dir.path)).faults.length, 3);
  });

  it('begins a file a day, and lets go what is too old, but not before it has told so', async () => {
    await using dir = await folder();
    let nowMs = START_MS;
    const trail = await opened(dir.path, { now: () => nowMs, keepMs: 3 * DAY_MS });
    for (let day = 0; day < 7; day++, nowMs += DAY_MS) {
      await trail.append(act({ params: { day } })).written;
      await trail.append(act({ act: 'mark' })).written;
    }
    await trail.close();
    const { entries } = await readTrail(dir.path, { act: 'retention' });
    assert.ok(entries.length >= 2);
    const { check, faults } = await verified(dir.path);
    assert.deepEqual(faults, []);
    assert.ok(check.first > 4, `the first is ${check.first}`);
    rmSync(filesIn(dir.path)[0]!);
    assert.match(
      (await verified(dir.path)).faults[0]!.reason,
      /^entries 1 to \d+ are not there: those to \d+ were let go$/,
    );
  });

  it('does not vanish by a clock that is set', async () => {
    await using dir = await folder();
    let nowMs = START_MS;
    const trail = await opened(dir.path, { now: () => nowMs, keepMs: 30 * DAY_MS });
    for (let day = 0; day < 20; day++, nowMs += DAY_MS) await trail.append(act()).written;
    nowMs += 3_650 * DAY_MS;
    for (let i = 0; i < 5; i++) await trail.append(act()).written;
    await trail.close();
    assert.equal(filesIn(dir.path).length, 19);
  });

  it('in memory keeps the newest', async () => {
    const trail = AuditTrail.inMemory({ logger: new LogLines().logger, now: () => START_MS });
    for (let i = 0; i < 10_100; i++) trail.append(act());
    const { entries } = await trail.query({ before: 102 });
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [101],
    );
  });
});

describe('an audit trail on a full disk', () => {
  it('waits with what it has, in order, and is whole when there is room again', async (context) => {
    await using disk = await smallDisk(2 ** 20);
    if (!disk) return context.skip('this user may not mount a small disk');
    const dir = join(disk.path, 'trail');
    mkdirSync(dir);
    const logs = new LogLines();
    const trail = await opened(dir, { logger: logs.logger });
    await trail.append(act()).written;
    const filler = join(disk.path, 'filler');
    assert.throws(() => writeFileSync(filler, Buffer.alloc(64 * 2 ** 20)), /ENOSPC/);
    for (let i = 0; i < 100; i++) trail.append(act({ reason: 'x'.repeat(1_000) }));
    await trail.append(act()).written;
    await logs.next('audit trail not written');
    assert.ok(trail.waiting > 0);
    rmSync(filler);
    await trail.append(act()).written;
    await trail.close();
    const { faults, check } = await verified(dir);
    assert.deepEqual([faults, check.entries, trail.waiting], [[], 103, 0]);
  });
});
