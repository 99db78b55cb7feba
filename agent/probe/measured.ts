/** What a snapshot costs its target, measured beside it, and the partitions that say so. */
import { randomUUID } from 'node:crypto';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Cost, Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import { Either } from '../base/either.ts';
import { AttachError, DetachedError } from '../base/errors.ts';
import { atMost, sleep } from '../base/waiting.ts';
import { type Bounds, boundsOf } from '../capture/bounds.ts';
import type { LiveEvent } from '../capture/live-job.ts';
import type { Received } from '../capture/receiver.ts';
import type { Session } from '../cdp/session.ts';
import type { Footprint } from '../price/footprint.ts';
import type { KindRows } from '../rows/partition-parser.ts';
import { footprint } from './footprint.ts';
import { type Meter, startMeter } from './meter.ts';
import { startPing } from './ping.ts';

const START_TIMEOUT_MS = 60_000;
/** How long a snapshot's own connection has to end in order when that beside it has ended. */
const GONE_MS = 500;
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
  /** Ends it at once: the target has gone, or has sent everything. */
  readonly signal: AbortSignal;
  /** Gives it up; what the target has begun it sends to its end, to nobody. */
  readonly stop?: AbortSignal;
  /** Milliseconds that the target has to begin. */
  readonly startTimeoutMs: number;
  /** What is taken of it at most. */
  readonly bounds: Bounds;
  /** Gets `received` when the snapshot is whole. */
  onEvent(event: LiveEvent): void;
}

/** Gives what `run` gives, with what the snapshot cost. @throws what `run` throws; DetachedError, RangeError; the reason of `signal` */
export async function measured<R>(
  agent: Agent,
  context: MeasuredContext,
  run: (how: Run) => Promise<R>,
): Promise<{ result: R; measured: Measured }> {
  using stopping = new Either([context.signal, agent.closing]);
  const stop = stopping.signal;
  const session = await agent.isolate(context.isolate);
  using meter = await startMeter(agent, { probe: 'snapshot', isolate: context.isolate }, { signal: stop });
  const ping = startPing(session);
  const end = new AbortController();
  const isOver = new AbortController();
  let measuring: Promise<Measured> | undefined;
  const gone = new AbortController();
  const onGone = async () => {
    // what has been received already needs no target
    if (measuring) return;
    gone.abort(agent.gone.reason);
    // a thread with a backlog would notice only at its end
    await sleep(GONE_MS, isOver.signal);
    if (!measuring) end.abort(agent.gone.reason);
  };
  agent.gone.addEventListener('abort', onGone, { signal: isOver.signal });
  if (agent.gone.aborted) void onGone();
  using stopped = new Either([stop, gone.signal]);
  const onEvent = (event: LiveEvent) => {
    agent.heard();
    if (event.phase !== 'received') return context.onProgress?.(event);
    measuring = measure(session, meter, event.received, ping.stop().pauseMs);
    // the target has sent everything: from here on there is nothing to be ended in order
    stop.addEventListener('abort', () => end.abort(stop.reason), { signal: isOver.signal });
    if (stop.aborted) end.abort(stop.reason);
  };
  const startTimeoutMs = context.startTimeoutMs ?? START_TIMEOUT_MS + meter.forecast.pauseMs;
  try {
    const bounds = boundsOf(meter.before.heapUsedBytes, meter.forecast.pauseMs);
    const running = run({ signal: end.signal, stop: stopped.signal, startTimeoutMs, bounds, onEvent });
    agent.holdOpen(running);
    const result = await running.catch(async (error) => {
      throw await whyGone(agent, error);
    });
    return { result, measured: await (measuring as Promise<Measured>) };
  } finally {
    isOver.abort();
    if (!measuring) ping.stop();
  }
}

/** A connection of the snapshot's own knows only that it has ended, or could not be had; what the target's session says of it, if that has ended too. */
async function whyGone(agent: Agent, error: unknown): Promise<unknown> {
  if (!(error instanceof DetachedError || error instanceof AttachError)) return error;
  return (await atMost(GONE_MS, agent.closed)) ?? error;
}

async function measure(session: Session, meter: Meter, received: Received, pauseMs: number): Promise<Measured> {
  // the snapshot is whole: a target that has gone or is stopped since leaves one figure unknown and nothing more
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

/** The same of a snapshot whose measures are known already. */
function rowsPartition(
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
    ...incarnationOf(agent.identity),
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
