/** An arm that a collector has stored: a run for each process behind the target. */
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult, Measure, PartitionHistory } from '../../protocol/history.ts';
import { limits } from '../../protocol/limits.ts';
import type { Run } from '../alert/statistics/arms.ts';
import type { Arm, ArmRun } from './judge.ts';
import { holdsNoGarbage, unitOf } from './readings.ts';

/** A store's file, or a collector. */
export interface Stored {
  events(query: EventsQuery): Promise<EventsResult>;
  history(query: HistoryQuery): Promise<HistoryResult>;
}

export interface StoredSpan {
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** Steps of one run: the least of each is a floor. */
const STEPS = 480;
/** The newest processes of a target. */
const MOST_RUNS = 16;

/** @throws RequestError, SqliteError, StreamError as it is read */
export async function storedArm(source: string, target: string, span: StoredSpan, stored: Stored): Promise<Arm> {
  const runs: ArmRun[] = [];
  for (const life of (await livesOf(target, span, stored)).slice(-MOST_RUNS)) {
    const query = { target, ...instants(life), steps: STEPS };
    const { usage } = await stored.history({ ...query, topic: 'usage', kind: 'heapUsedBytes' });
    const { partitions } = await stored.history({ ...query, limit: limits.maxHistoryKinds });
    const run = runOf(source, usage[0]?.gauges[0], partitions);
    if (run.usage !== undefined || run.kinds.size > 0) runs.push(run);
  }
  return runs;
}

/** Where the process behind a target became another. */
async function livesOf(target: string, span: StoredSpan, stored: Stored): Promise<StoredSpan[]> {
  const { targets } = await stored.events({ target, ...instants(span), limit: limits.maxStoredEvents });
  const starts: number[] = [];
  let last: string | undefined;
  for (const { incarnation, at } of targets) {
    if (incarnation === undefined || incarnation === last) continue;
    if (last !== undefined) starts.push(Date.parse(at));
    last = incarnation;
  }
  return [span.fromMs, ...starts].map((fromMs, i) => {
    const toMs = starts[i] === undefined ? span.toMs : starts[i] - 1;
    return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) };
  });
}

function instants({ fromMs, toMs }: StoredSpan): { from?: string; to?: string } {
  return {
    ...(fromMs !== undefined && { from: new Date(fromMs).toISOString() }),
    ...(toMs !== undefined && { to: new Date(toMs).toISOString() }),
  };
}

function runOf(
  source: string,
  gauge: { readonly at: readonly string[]; readonly value: Measure } | undefined,
  partitions: readonly PartitionHistory[],
): ArmRun {
  const [most] = partitions.toSorted((a, b) => b.samples - a.samples);
  const kinds = (most?.kinds ?? []).map(({ kind, at, count, sizeBytes }): [string, Run] => {
    const tallies = sizeBytes.last.map((bytes, i) => ({ count: count.last[i]!, sizeBytes: bytes }));
    return [kind, { ...runAt(at, sizeBytes), unit: unitOf(tallies) }];
  });
  return {
    source,
    ...(gauge && { usage: runAt(gauge.at, gauge.value) }),
    kinds: new Map(kinds),
    isExact: most !== undefined && holdsNoGarbage(most.probe),
  };
}

function runAt(at: readonly string[], { min }: Measure): Run {
  return { atMs: at.map((instant) => Date.parse(instant)), values: [...min] };
}
