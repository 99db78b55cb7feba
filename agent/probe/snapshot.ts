/** The probe `snapshot`: the whole heap, received in a thread of its own and split into partitions there. */
import { statSync } from 'node:fs';
import type { Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import type { LiveEvent, LiveJob } from '../capture/live-job.ts';
import { assertSpace, type OutputPaths, withSnapshotFile } from '../capture/output.ts';
import { isHeld } from '../cdp/hold.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import { bookOf } from '../price/books.ts';
import type { Redaction } from '../redact/redaction.ts';
import type { SnapshotRows } from '../rows/snapshot-rows.ts';
import type { Holders, HoldersQuestion } from '../sets/holders.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import { Epoch } from './epoch.ts';
import { footprint } from './footprint.ts';
import { type Measured, measured, partitionOf, type Run } from './measured.ts';

/**
 * How far a snapshot has come, in this order: the command is sent and the target has not begun (its event loop is busy, or
 * a debugger has paused it), it walks its heap, it sends, and here the nodes are being sorted into kinds.
 */
export type SnapshotProgress = Exclude<LiveEvent, { phase: 'received' }>;

export interface SnapshotContext extends ProbeContext {
  /** Classifiers by name, one partition each; `['name']` alone (or none) reads no edges and keeps no columns. */
  readonly by: readonly string[];
  /** Path to write the snapshot to as it comes, for Chrome DevTools: mode 0600, under its name only when whole. */
  readonly output?: string;
  /** Whether `output` may take the place of a file that is there; default false. */
  readonly force?: boolean;
  /** How the contents of the strings in `output` are replaced; absent: they stay. */
  readonly redaction?: Redaction;
  readonly label?: string;
  /** Rows of a partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /** What keeps a kind alive? Worked out when the target has been let go. */
  readonly holders?: HoldersQuestion;
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
  /** Size of the snapshot as JSON; a little more crosses the socket. */
  readonly transferBytes: number;
  readonly output?: { readonly path: string; readonly bytes: number };
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
}

/**
 * Takes a snapshot of an isolate: one pause of its target. Before the first node is classified no object ids are held any
 * more and the connection is closed, unless ids are held for a checkpoint (../checkpoint.ts): then it is of their epoch, and
 * `age` is one more classifier.
 * @throws DetachedError when the target goes, AttachError, ProtocolError; SnapshotSyntaxError for what is no snapshot; an
 * Error of one line for `output`; RangeError for an unknown isolate or classifier; a TimeoutError (DOMException) for a target
 * that does not begin; the reason of `signal`
 */
export async function snapshot(agent: Agent, context: SnapshotContext): Promise<SnapshotResult> {
  const { label } = context;
  await using epoch = isHeld(agent.inspectorUrl) ? await Epoch.join(agent, context.isolate) : null;
  for (const by of context.by) (epoch ?? everyHeap).classifier(by);
  if (context.output !== undefined) await assertSpace(context.output, await fileBytes(agent, context));
  return await withSnapshotFile(context, async (output) => {
    const run = (how: Run) => (epoch ? heldRows(epoch, context, output, how) : received(agent, context, output, how));
    const { result, measured: seen } = await measured(agent, context, run);
    const more = { ...(label !== undefined && { label }), ...epoch?.held };
    const partitions = result.rows.map((rows) => partitionOf(agent, context, seen, rows, more));
    return snapshotResult(partitions, result, seen, output);
  });
}

/** Of the snapshot as a file, about: a disk that is full only in the middle has cost the target its pause for nothing. */
async function fileBytes(agent: Agent, { isolate, signal }: SnapshotContext): Promise<number> {
  const now = await footprint(await agent.isolate(isolate), signal ? { signal } : {});
  return bookOf(agent.identity, isolate).fileBytes(now);
}

/** What a snapshot gives beside its partitions. */
export function snapshotResult(
  partitions: Partition[],
  { holders }: Pick<SnapshotRows, 'holders'>,
  { received: { bytes } }: Measured,
  output: OutputPaths | undefined,
): SnapshotResult {
  return {
    partitions,
    transferBytes: bytes,
    ...(output && { output: { path: output.path, bytes: statSync(output.path).size } }),
    ...(holders !== undefined && { holders }),
  };
}

/** The classifiers that there are without checkpoints. */
const everyHeap = { classifier: (by: string) => classifierNamed(by).by };

/** Takes the snapshot in a thread that holds nothing longer than it needs to. */
function received(
  agent: Agent,
  { isolate, by, rows, holders }: SnapshotContext,
  output: OutputPaths | undefined,
  { startTimeoutMs, bounds, ...how }: Run,
): Promise<SnapshotRows> {
  const optional = { ...(rows !== undefined && { rows }), ...(output && { output }), ...(holders && { holders }) };
  const job: LiveJob = { inspectorUrl: agent.inspectorUrl, isolate, startTimeoutMs, bounds, by, ...optional };
  return inThread<LiveEvent, SnapshotRows>(programUrl('../capture/live-thread', import.meta.url), job, how);
}

/** Takes it in the thread that holds object ids. */
function heldRows(
  epoch: Epoch,
  { by, rows, holders }: SnapshotContext,
  output: OutputPaths | undefined,
  how: Run,
): Promise<SnapshotRows> {
  const optional = { ...(rows !== undefined && { rows }), ...(output && { output }), ...(holders && { holders }) };
  return epoch.take({ by, ...optional }, how);
}
