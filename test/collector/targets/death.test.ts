/** Why a process ended, by its last figures alone. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deathOf, type LastSeen } from '../../../collector/targets/death.ts';
import type { Usage } from '../../../protocol/partition.ts';

const MB = 2 ** 20;
const AT_MS = Date.parse('2026-11-22T06:00:10.000Z');
const GONE = 'Detached from 127.0.0.1:9229: the process or its connection has gone (socket closed with code 1006)';
const KILLED = `${GONE}; memory ran out: the kernel has killed a process of its cgroup /app meanwhile (oom_kill)`;

function usage(secondsBefore: number, over: Partial<Usage> = {}): Usage {
  return {
    target: 'api',
    isolate: 'main',
    takenAt: new Date(AT_MS - secondsBefore * 1_000).toISOString(),
    heapUsedBytes: 20 * MB,
    heapTotalBytes: 30 * MB,
    heapLimitBytes: 1_000 * MB,
    externalBytes: 0,
    arrayBuffersBytes: 0,
    rssBytes: 80 * MB,
    spaces: [],
    ...over,
  };
}

function ceiling(source: string, usedMb: number, limitMb = 100): Partial<Usage> {
  return { ceiling: { source, limitBytes: limitMb * MB, leftBytes: (limitMb - usedMb) * MB } };
}

function death(last: Partial<Usage>, { before, ...seen }: Partial<LastSeen> & { before?: Partial<Usage> } = {}) {
  const readings = [{ last: usage(2, last), ...(before && { before: usage(7, before) }) }];
  const { cause, certainty, text } = deathOf({ reason: GONE, atMs: AT_MS, readings, nodeVersion: 'v20.20.2', ...seen });
  return { said: `${cause} ${certainty}`, text };
}

const CGROUP = 'memory.max of cgroup /app';

describe('a death', () => {
  it('that was told is an exit, whatever was full', () => {
    const { said, text } = death(ceiling(CGROUP, 99), {
      reason: 'Detached from 127.0.0.1:9229: the process is ending',
    });
    assert.equal(said, 'exit certain');
    assert.match(text, /80\.0 MB of RSS/);
  });

  it('that the kernel has counted is certain where the group was full', () => {
    assert.equal(death(ceiling(CGROUP, 95), { reason: KILLED }).said, 'cgroup certain');
    assert.equal(death(ceiling(CGROUP, 20), { reason: KILLED }).said, 'cgroup likely');
    assert.equal(death({}, { reason: KILLED }).said, 'cgroup likely');
  });

  it('of a heap for which V8 paused is certain for a while, whatever else was full', () => {
    assert.equal(death(ceiling('ulimit -v', 95), { oomPausedAtMs: AT_MS - 3_000 }).said, 'v8Limit certain');
    assert.equal(death({}, { oomPausedAtMs: AT_MS - 3_000, reason: KILLED }).said, 'cgroup likely');
    assert.equal(death({}, { oomPausedAtMs: AT_MS - 300_000 }).said, 'killed unknown');
  });

  it('of one that wrote a snapshot is of the heap where that was half full: a program may write one itself', () => {
    const files = ['/srv/Heap.20261122.055900.4711.0.001.heapsnapshot'];
    assert.equal(death({ heapUsedBytes: 600 * MB }, { files }).said, 'v8Limit likely');
    assert.equal(death({ heapUsedBytes: 100 * MB }, { files }).said, 'killed unknown');
  });

  it('at a limit is likely that limit, the fullest', () => {
    assert.equal(death({ heapUsedBytes: 800 * MB }).said, 'v8Limit likely');
    // of 108 MB that V8 tells 48 are its young generation's
    assert.equal(death({ heapUsedBytes: 55 * MB, heapLimitBytes: 108 * MB }).said, 'v8Limit likely');
    assert.equal(death(ceiling('ulimit -v', 95)).said, 'ulimit likely');
    assert.equal(death(ceiling('free memory of the machine', 95)).said, 'machine likely');
    const both = death({ heapUsedBytes: 800 * MB, ...ceiling(CGROUP, 99) });
    assert.equal(both.said, 'cgroup likely');
    assert.match(both.text, /99 % of memory\.max of cgroup \/app were in use$/);
  });

  it('is drawn out from the pace of its last readings', () => {
    const growing = death(ceiling(CGROUP, 70), { before: ceiling(CGROUP, 10) });
    assert.equal(growing.said, 'cgroup likely');
    assert.match(growing.text, /at its pace$/);
    assert.equal(death(ceiling(CGROUP, 70), { before: ceiling(CGROUP, 69) }).said, 'killed unknown');
    assert.equal(death(ceiling(CGROUP, 70), { before: ceiling('another', 10) }).said, 'killed unknown');
  });

  it('during a snapshot of ours is likely by it, and far from all of that unknown', () => {
    const interrupted = { probe: 'snapshot', isolate: 'main', fromMs: AT_MS - 3_000 } as const;
    assert.equal(death({}, { interrupted }).said, 'probe likely');
    assert.equal(death({}).said, 'killed unknown');
    assert.equal(deathOf({ reason: GONE, atMs: AT_MS, readings: [], nodeVersion: 'v20.20.2' }).cause, 'killed');
  });
});
