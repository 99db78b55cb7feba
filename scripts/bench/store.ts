/**
 * What storing costs: samples a second, how late the collector's loop is meanwhile, how large a sample is, and how long a
 * history of 10,000 stored hours takes.
 */
import { statSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import type { RetentionLimits } from '../../collector/config/store-config.ts';
import { DEFAULT_RETENTION } from '../../collector/config/store-config.ts';
import { DEFAULT_STREAM } from '../../collector/config/stream-config.ts';
import type { NewEvent } from '../../collector/log/log.ts';
import { HistoryStore } from '../../collector/store/history-store.ts';
import { StoredLog, type StoredLogOptions } from '../../collector/store/stored-log.ts';
import { folder } from '../../test/support/folder.ts';
import { median } from './median.ts';

const SAMPLES = 20_000;
/** Samples that may wait to be stored. */
const WAITING = 500;
const HOURS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.parse('2025-01-01T00:00:00.000Z');
const TARGETS = 200;
const ROWS = 100;
const QUERIES = 15;

export interface StoreResult {
  readonly samples: number;
  readonly perSecond: number;
  /** Bytes of the file for each. */
  readonly sampleBytes: number;
  /** How late the loop of the thread that serves the stream was, milliseconds. */
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly hours: number;
  /** A question for one kind over all the hours, answered. */
  readonly query: QueryResult;
  /** The same over as many samples that are too young to be thinned out. */
  readonly youngQuery: QueryResult;
  /** Bytes of the file for each hour that was thinned out. */
  readonly hourBytes: number;
}

/** Medians. */
export interface QueryResult {
  readonly tookMs: number;
  /** CPU time of the whole process: what it would take on an idle machine. */
  readonly cpuMs: number;
}

export async function benchStore(): Promise<StoreResult> {
  const stored = await storing();
  const { query, hourBytes } = await querying({ fullMs: 48 * HOUR_MS, hourlyMs: HOURS * HOUR_MS });
  const young = await querying({ fullMs: HOURS * HOUR_MS, hourlyMs: HOURS * HOUR_MS });
  return { samples: SAMPLES, hours: HOURS, ...stored, query, hourBytes, youngQuery: young.query };
}

async function storing(): Promise<Pick<StoreResult, 'perSecond' | 'sampleBytes' | 'p99Ms' | 'maxMs'>> {
  await using dir = await folder();
  const log = await open(dir.path);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const beganAtMs = performance.now();
  for (let at = 1; at <= SAMPLES; at++) {
    log.append(sample(`t${at % TARGETS}`, START_MS + at));
    if (at % WAITING === 0) await log.settled();
    else if (at % 10 === 0) await turn();
  }
  await log.settled();
  const tookMs = performance.now() - beganAtMs;
  delay.disable();
  await log.close();
  return {
    perSecond: (1_000 * SAMPLES) / tookMs,
    sampleBytes: statSync(dir.join('heapwatch.db')).size / SAMPLES,
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
  };
}

/** Stores a sample an hour, on clocks that go as fast, and asks for one kind of them all. */
async function querying(ages: Omit<RetentionLimits, 'keepMs'>): Promise<Pick<StoreResult, 'query' | 'hourBytes'>> {
  await using dir = await folder();
  let nowMs = 0;
  const log = await open(dir.path, { retention: { ...ages, keepMs: HOURS * HOUR_MS }, monotonic: () => nowMs });
  for (; nowMs < HOURS * HOUR_MS; nowMs += HOUR_MS) {
    log.append(sample('api', START_MS + nowMs));
    if (nowMs % DAY_MS !== 0) continue;
    await log.settled();
    await log.retain();
  }
  await log.close();
  await using history = new HistoryStore(dir.join('heapwatch.db'));
  const times: QueryResult[] = [];
  for (let query = 0; query < QUERIES; query++) {
    const beganAtMs = performance.now();
    const cpu = process.cpuUsage();
    const { partitions } = await history.query({ target: 'api', kind: 'Session42', stepMs: DAY_MS });
    const { user, system } = process.cpuUsage(cpu);
    times.push({ tookMs: performance.now() - beganAtMs, cpuMs: (user + system) / 1_000 });
    const points = partitions[0]?.kinds[0]?.samples.reduce((sum, samples) => sum + samples, 0);
    if (points !== HOURS) throw new Error(`Cannot bench history: expected ${HOURS} samples, got ${points}`);
  }
  const query = { tookMs: median(times.map(({ tookMs }) => tookMs)), cpuMs: median(times.map(({ cpuMs }) => cpuMs)) };
  return { query, hourBytes: statSync(dir.join('heapwatch.db')).size / HOURS };
}

function open(path: string, over: Partial<StoredLogOptions> = {}): Promise<StoredLog> {
  return StoredLog.open({
    path: `${path}/heapwatch.db`,
    retention: DEFAULT_RETENTION,
    ring: DEFAULT_STREAM,
    logger: pino({ level: 'silent' }),
    now: Date.now,
    monotonic: () => performance.now(),
    ...over,
  });
}

let samples = 0;

/** A partition of 100 kinds, as a census of a server gives it. */
function sample(target: string, takenMs: number): NewEvent {
  const rows = Array.from({ length: ROWS }, (_, at) => ({
    kind: `Session${at}`,
    count: 1_000 * (ROWS - at) + (samples % 997),
    sizeBytes: 64_000 * (ROWS - at) + samples,
  }));
  return {
    type: 'partition',
    target,
    isolate: 'main',
    probe: 'census',
    by: 'kind',
    takenAt: new Date(takenMs).toISOString(),
    id: `sample-${++samples}`,
    incarnation: 'pid 4711, started 2026-11-22T05:00:00.000Z',
    process: { pid: 4711, startedAtMs: Date.parse('2026-11-22T05:00:00Z') },
    header: 'Kind (class / store of class)',
    heapUsedBytes: 84_120_000 + samples,
    count: rows.reduce((sum, { count }) => sum + count, 0),
    sizeBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rows,
    cost: { pauseMs: 12.25, extraBytes: 4_096, transferBytes: 81_000 },
  };
}
