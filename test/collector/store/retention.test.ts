import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { describe, it } from 'node:test';
import { LostError } from '../../../collector/log/log.ts';
import { openForReading } from '../../../collector/store/database.ts';
import type { StoredLog } from '../../../collector/store/stored-log.ts';
import { partitionEvent, probeEvent, targetEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { type Clocks, clocks, openLog } from '../../support/stored-log.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const retention = { fullMs: 6 * HOUR_MS, hourlyMs: 2 * DAY_MS, keepMs: 5 * DAY_MS };

function pass(time: Clocks, ms: number): void {
  time.wallMs += ms;
  time.monotonicMs += ms;
}

/** Appends a partition every ten minutes for so many hours. */
async function samples(log: StoredLog, time: Clocks, hours: number): Promise<void> {
  for (let i = 0; i < 6 * hours; i++) {
    log.append(partitionEvent('api', { takenAt: new Date(time.wallMs).toISOString() }));
    pass(time, 10 * MINUTE_MS);
  }
  await log.settled();
}

/** Offsets in the file. */
function stored(path: string): number[] {
  const db = openForReading(path);
  const rows = db.prepare('SELECT "offset" AS o FROM event ORDER BY "offset"').all() as { o: number }[];
  db.close();
  return rows.map(({ o }) => o);
}

describe('retention', () => {
  it('thins out to one an hour, to one a day, to nothing but the state', async () => {
    await using dir = await folder();
    const time = clocks();
    await using log = (await openLog(dir.path, time, { retention, ring: { ringEvents: 1, ringBytes: 1_000 } })).log;
    const path = dir.join('heapwatch.db');
    log.append(targetEvent('api'));
    await samples(log, time, 24);
    await log.retain();
    // 18 hours by the hour, 6 in full, and the target's state
    assert.equal(stored(path).length, 18 + 36 + 1);
    assert.deepEqual([log.holdsAfter(0), log.holdsAfter(18 * 6), log.holdsAfter(18 * 6 + 1)], [false, false, true]);
    assert.throws(() => log.after(0), LostError);
    assert.equal(log.after(18 * 6 + 1).length, 36);
    pass(time, 2 * DAY_MS);
    await log.retain();
    assert.equal(stored(path).length, 3);
    pass(time, 5 * DAY_MS);
    await log.retain();
    assert.deepEqual(stored(path), [1, 24 * 6 + 1]);
  });

  it('keeps of probes what they cost, and the first of each hour', async () => {
    await using dir = await folder();
    const time = clocks();
    await using log = (await openLog(dir.path, time, { retention })).log;
    for (let i = 0; i < 3; i++) {
      log.append(probeEvent('api', { phase: 'started' }));
      log.append(partitionEvent('api'));
      log.append(probeEvent('api', { phase: 'done', cost: { pauseMs: 3 } }));
      pass(time, MINUTE_MS);
    }
    await log.settled();
    pass(time, 7 * HOUR_MS);
    await log.retain();
    assert.deepEqual(stored(dir.join('heapwatch.db')), [2, 3, 8, 9]);
  });

  it('takes nothing away because a clock was set, by an hour or by a year, now or between two runs', async () => {
    await using dir = await folder();
    const time = clocks();
    const before = (await openLog(dir.path, time, { retention })).log;
    await samples(before, time, 3);
    const all = stored(dir.join('heapwatch.db'));
    for (const jumpMs of [HOUR_MS, -2 * HOUR_MS, 365 * DAY_MS, -365 * DAY_MS]) {
      time.wallMs += jumpMs;
      await before.retain();
      await samples(before, time, 0);
    }
    await before.close();
    time.wallMs += 365 * DAY_MS;
    const after = (await openLog(dir.path, time, { retention })).log;
    await after.retain();
    assert.deepEqual(stored(dir.join('heapwatch.db')), all);
    await samples(after, time, 1);
    await after.close();
    time.wallMs -= 366 * DAY_MS;
    await using last = (await openLog(dir.path, time, { retention })).log;
    await samples(last, time, 1);
    await last.retain();
    assert.deepEqual(stored(dir.join('heapwatch.db')).slice(0, all.length), all);
    assert.equal(last.offset, all.length + 12);
  });

  it('lets the file stop growing', async () => {
    await using dir = await folder();
    const time = clocks();
    const short = { fullMs: HOUR_MS, hourlyMs: HOUR_MS, keepMs: HOUR_MS };
    await using log = (await openLog(dir.path, time, { retention: short })).log;
    const path = dir.join('heapwatch.db');
    const rows = Array.from({ length: 100 }, (_, at) => ({ kind: `Kind${at}`, count: at, sizeBytes: 1e9 * at }));
    const sizes: number[] = [];
    for (let hour = 0; hour < 12; hour++) {
      for (let i = 0; i < 600; i++) {
        log.append(partitionEvent('api', { rows }));
        pass(time, 6_000);
      }
      await log.settled();
      await log.retain();
      sizes.push(statSync(path).size + statSync(`${path}-wal`).size);
    }
    const [early, late] = [Math.max(...sizes.slice(3, 6)), Math.max(...sizes.slice(-3))];
    assert.ok(late <= early * 1.1, `from ${early} to ${late} bytes`);
  });
});
