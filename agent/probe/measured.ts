/** What a snapshot costs its target, measured beside it, and the partitions that say so. */
import { randomUUID } from 'node:crypto';
import type { Cost, Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../agent.ts';
import { type Meter, startMeter } from '../price/meter.ts';
import type { Session } from '../session.ts';
import type { LiveEvent } from '../snapshot/live-job.ts';
import type { Received } from '../snapshot/receiver.ts';
import type { KindRows } from '../snapshot/splitter.ts';
import { type Footprint, footprint } from './footprint.ts';
import { startPing } from './ping.ts';

const START_TIMEOUT_MS = 60_000;
/** How long the partitions wait for the target to say what the snapshot has cost it. */
const MEASURE_MS = 1_000;

/** What was seen of the target before a snapshot and when its pause was over. */
export interface Measured {
  readonly before: Footprint;
  readonly received: Received;
  readonly pauseMs: number;
  /** Beside its forecast; its RSS is not known where the target gave no answer after it had sent everything. */
  readonly cost: Cost;
}

export interface MeasuredContext extends ProbeContext {
  readonly startTimeoutMs?: number;
  onProgress?(progress: Exclude<LiveEvent, { phase: 'received' }>): void;
}

/** How to take the snapshot. */
export interface Run {
  /** Ends it where it stands: the target has gone, or has sent everything. */
  readonly signal: AbortSignal;
  /** Gives it up; what the target has begun it sends to its end, to nobody. */
  readonly stop?: AbortSignal;
  /** Milliseconds that the target has to begin. */
  readonly startTimeoutMs: number;
  /** To be told of `received` when the snapshot is whole. */
  onEvent(event: LiveEvent): void;
}

/** Gives what `run` gives, with what the snapshot cost. @throws what `run` throws; DetachedError, RangeError; the reason of `signal` */
export async function measured<R>(
  agent: Agent,
  context: MeasuredContext,
  run: (how: Run) => Promise<R>,
): Promise<{ result: R; measured: Measured }> {
  const stop = context.signal;
  const session = await agent.isolate(context.isolate);
  using meter = await startMeter(agent, { probe: 'snapshot', isolate: context.isolate }, stop ? { signal: stop } : {});
  const ping = startPing(session);
  const end = new AbortController();
  const isOver = new AbortController();
  let measuring: Promise<Measured> | undefined;
  void agent.closed.then((error) => {
    // a thread with a backlog would notice only at its end; what has been received already needs no target
    if (!measuring) end.abort(error);
  });
  const onEvent = (event: LiveEvent) => {
    if (event.phase !== 'received') return context.onProgress?.(event);
    measuring = measure(session, meter, event.received, ping.stop().pauseMs);
    // the target has sent everything: from here on there is nothing to be ended in order
    stop?.addEventListener('abort', () => end.abort(stop.reason), { signal: isOver.signal });
    if (stop?.aborted) end.abort(stop.reason);
  };
  const startTimeoutMs = context.startTimeoutMs ?? START_TIMEOUT_MS + meter.forecast.pauseMs;
  try {
    const result = await run({ signal: end.signal, ...(stop && { stop }), startTimeoutMs, onEvent });
    return { result, measured: await (measuring as Promise<Measured>) };
  } finally {
    isOver.abort();
    if (!measuring) ping.stop();
  }
}

async function measure(session: Session, meter: Meter, received: Received, pauseMs: number): Promise<Measured> {
  // the snapshot is whole: a target that has gone or stands still since leaves one figure unknown and nothing more
  const after = await footprint(session, { signal: AbortSignal.timeout(MEASURE_MS) }).catch(() => null);
  const cost = meter.enter(pauseMs, after, received.nodes > 0 ? { nodes: received.nodes } : {});
  return { before: meter.before, received, pauseMs, cost: { ...cost, transferBytes: received.bytes } };
}

type More = Pick<Partition, 'label' | 'epoch' | 'since'>;

/** One of the partitions of one snapshot. @param more what it has beside that: a label, an epoch, what it is relative to */
export function partitionOf(
  agent: Agent,
  context: ProbeContext,
  seen: Measured,
  rows: KindRows,
  { heldMs, ...more }: More & Pick<Cost, 'heldMs'> = {},
): Partition {
  const cost = { ...seen.cost, ...(heldMs !== undefined && { heldMs }) };
  const taken = { takenAt: takenAt(seen), heapUsedBytes: seen.before.heapUsedBytes, cost };
  return rowsPartition(agent, context, taken, rows, more);
}

/** The same of a snapshot whose measures have been told already. */
export function rowsPartition(
  agent: Agent,
  { target, isolate }: ProbeContext,
  { takenAt, heapUsedBytes, cost }: { takenAt: string; heapUsedBytes: number; cost: Cost },
  rows: KindRows,
  more: More,
): Partition {
  return {
    target,
    isolate,
    probe: 'snapshot',
    takenAt,
    id: randomUUID(),
    incarnation: agent.identity.incarnation,
    heapUsedBytes,
    ...rows,
    ...more,
    cost,
  };
}

/** The start of the pause: it lasts until the last byte has been sent, and cannot begin before it was asked for. */
export function takenAt({ received: { sentAtMs, endedAtMs }, pauseMs }: Measured): string {
  return new Date(Math.max(sentAtMs, endedAtMs - pauseMs)).toISOString();
}
