/** The probe `snapshot`: the whole heap, received in a thread of its own and split into partitions there. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Cost, Partition, Price, Usage } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../agent.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { forecast } from '../price.ts';
import type { LiveEvent, LiveJob, LiveResult } from '../snapshot/live-job.ts';
import { type OutputPaths, outputPaths } from '../snapshot/output.ts';
import type { Received } from '../snapshot/receiver.ts';
import type { KindRows } from '../snapshot/splitter.ts';
import { inThread } from '../snapshot/thread.ts';
import { startPing } from './ping.ts';
import { usage } from './usage.ts';

/**
 * How far a snapshot has come, in this order: the command is sent and the target has not begun (its event loop is busy, or
 * it stands in a debugger), it walks its heap, it sends, and here the nodes are being sorted into kinds.
 */
export type SnapshotProgress = Exclude<LiveEvent, { phase: 'received' }>;

export interface SnapshotContext extends ProbeContext {
  /** Classifiers by name, one partition each; `['name']` alone (or none) reads no edges and keeps no columns. */
  readonly by: readonly string[];
  /** Path to write the snapshot to as it comes, for Chrome DevTools: mode 0600, under its name only when whole. */
  readonly output?: string;
  /** Whether `output` may take the place of a file that is there; default false. */
  readonly force?: boolean;
  readonly label?: string;
  /** Rows of a partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /**
   * Milliseconds that the target has to begin, its first collection included; default: 60,000 and the forecast pause. Node
   * 22 and later begin only when their event loop turns.
   */
  readonly startTimeoutMs?: number;
  /** Told at most ten times a second. */
  onProgress?(progress: SnapshotProgress): void;
}

export interface SnapshotResult {
  /** In the order of `by`. */
  readonly partitions: Partition[];
  /** Size of the snapshot as JSON, the bytes of its file; a little more crosses the socket. */
  readonly transferBytes: number;
  readonly output?: { readonly path: string; readonly bytes: number };
}

const START_TIMEOUT_MS = 60_000;
/** How long the partitions wait for the target to say what the snapshot has cost it. */
const MEASURE_MS = 1_000;

/**
 * Takes a snapshot of an isolate: one pause of its target. Before the first node is classified no object ids are held any
 * more and the connection is closed.
 * @throws DetachedError when the target goes, AttachError, ProtocolError; SnapshotSyntaxError for what is no snapshot; an
 * Error of one line for `output`; RangeError for an unknown isolate or classifier; a TimeoutError (DOMException) for a target
 * that does not begin; the reason of `signal`
 */
export async function snapshot(agent: Agent, context: SnapshotContext): Promise<SnapshotResult> {
  for (const by of context.by) classifierNamed(by);
  const output = context.output === undefined ? undefined : outputPaths(context.output, context.force);
  const before = await usage(agent, context);
  try {
    const { rows, measured } = await take(agent, context, jobOf(agent, context, before, output));
    const { bytes } = measured.received;
    return {
      partitions: rows.map((each) => partitionOf(agent, context, before, measured, each)),
      transferBytes: bytes,
      ...(output && { output: { path: output.path, bytes } }),
    };
  } finally {
    if (output) await rm(output.partialPath, { force: true });
  }
}

/** What was seen of the target when its pause was over. */
interface Measured {
  readonly received: Received;
  readonly pauseMs: number;
  /** Null where the target gave no answer after it had sent everything. */
  readonly after: Usage | null;
}

async function take(
  agent: Agent,
  context: SnapshotContext,
  job: LiveJob,
): Promise<{ rows: LiveResult; measured: Measured }> {
  const ping = startPing(await agent.isolate(context.isolate));
  const end = new AbortController();
  void agent.closed.then((error) => {
    // a thread with a backlog would notice only at its end; what has been received already needs no target
    if (!measured) end.abort(error);
  });
  let measured: Promise<Measured> | undefined;
  const onEvent = (event: LiveEvent) => {
    if (event.phase !== 'received') return context.onProgress?.(event);
    measured = measure(agent, context, event.received, ping.stop().pauseMs);
    // the target is let go: from here on there is nothing to be ended in order
    context.signal?.addEventListener('abort', () => end.abort(context.signal?.reason));
    if (context.signal?.aborted) end.abort(context.signal.reason);
  };
  try {
    const stop = context.signal && { stop: context.signal };
    const rows = await inThread<LiveEvent, LiveResult>('live-thread', job, { signal: end.signal, ...stop, onEvent });
    return { rows, measured: await (measured as Promise<Measured>) };
  } finally {
    if (!measured) ping.stop();
  }
}

function jobOf(agent: Agent, context: SnapshotContext, before: Usage, output: OutputPaths | undefined): LiveJob {
  const { isolate, by, rows } = context;
  const startTimeoutMs = context.startTimeoutMs ?? START_TIMEOUT_MS + priceOf(agent, before).pauseMs;
  const optional = { ...(rows !== undefined && { rows }), ...(output && { output }) };
  return { inspectorUrl: agent.inspectorUrl, isolate, startTimeoutMs, by, ...optional };
}

async function measure(agent: Agent, context: SnapshotContext, received: Received, pauseMs: number): Promise<Measured> {
  // the snapshot is whole: a target that has gone or stands still since leaves one figure unknown and nothing more
  const after = await usage(agent, { ...context, signal: AbortSignal.timeout(MEASURE_MS) }).catch(() => null);
  return { received, pauseMs, after };
}

/** All that the partitions of one snapshot share, but their ids. */
function partitionOf(
  agent: Agent,
  context: SnapshotContext,
  before: Usage,
  measured: Measured,
  rows: KindRows,
): Partition {
  const { target, isolate, label } = context;
  return {
    target,
    isolate,
    probe: 'snapshot',
    takenAt: takenAt(measured),
    id: randomUUID(),
    incarnation: agent.identity.incarnation,
    ...(label !== undefined && { label }),
    heapUsedBytes: before.heapUsedBytes,
    ...rows,
    cost: costOf(agent, before, measured),
  };
}

/** The start of the pause: it lasts until the last byte has been sent, and cannot begin before it was asked for. */
function takenAt({ received: { sentAtMs, endedAtMs }, pauseMs }: Measured): string {
  return new Date(Math.max(sentAtMs, endedAtMs - pauseMs)).toISOString();
}

function costOf(agent: Agent, before: Usage, { received, pauseMs, after }: Measured): Cost {
  return {
    forecast: priceOf(agent, before),
    pauseMs,
    ...(after && { extraBytes: after.rssBytes - before.rssBytes }),
    transferBytes: received.bytes,
  };
}

function priceOf(agent: Agent, before: Usage): Price {
  return forecast(before.heapUsedBytes, agent.identity.nodeVersion);
}
