/** `heap --since`: a snapshot, a while, another; what was born between them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Agent } from '../../agent/agent.ts';
import { type CheckpointContext, type LiveCheckpoint, takeCheckpoint } from '../../agent/checkpoint.ts';
import type { Partition } from '../../protocol/partition.ts';
import { parseDuration } from '../units.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { roughDuration } from './rough.ts';
import { costText, progressText } from './words.ts';

const LOOK_MS = 1_000;

/** Milliseconds of `--since 30s`. @throws UsageError for a name: checkpoints that have one live in a collector */
export function sinceDuration(since: string): number {
  try {
    return parseDuration(since);
  } catch {
    throw new UsageError(
      `Cannot compare with "${since}" here: checkpoints with a name live in a collector, so give one of its targets ` +
        '(ws://127.0.0.1:7331/v1/stream#api), or a duration (--since 30s)',
    );
  }
}

/**
 * Takes a checkpoint, waits, and gives what was born since; the object ids are held meanwhile, which is said.
 * @throws EpochError when another inspector client left meanwhile; DetachedError when the target did
 */
export async function bornWithin(
  since: string,
  agent: Agent,
  context: Omit<CheckpointContext, 'label'>,
  io: Io,
): Promise<Partition> {
  const durationMs = sinceDuration(since);
  const onProgress: NonNullable<CheckpointContext['onProgress']> = (progress) => io.progress(progressText(progress));
  const label = `${since} ago`;
  await using checkpoint = await takeCheckpoint(agent, { ...context, label, onProgress, signal: io.signal });
  io.say(`first of two snapshots: ${costText(checkpoint.partitions[0]?.cost ?? {})}`);
  io.say(`object ids are held: minor collections of ${context.target} take 4 to 8 times as long until the second`);
  await untilOver(durationMs, checkpoint, io);
  const { partitions } = await checkpoint.since({ onProgress, signal: io.signal });
  const partition = partitions[0] as Partition;
  io.say(`second: ${costText(partition.cost ?? {})}`);
  return partition;
}

/** Looks every second whether there is still something to wait for. @throws why there is not */
async function untilOver(durationMs: number, checkpoint: LiveCheckpoint, io: Io): Promise<void> {
  const isOver = new AbortController();
  const endsAtMs = performance.now() + durationMs;
  const look = () => {
    io.progress(`the second snapshot is taken in ${roughDuration(Math.max(0, endsAtMs - performance.now()))}`);
    // what it finds is told by `voided`
    void checkpoint.epochHolds();
  };
  const timer = setInterval(look, LOOK_MS);
  look();
  try {
    const signal = AbortSignal.any([io.signal, isOver.signal]);
    const why = await Promise.race([checkpoint.voided, wait(durationMs, undefined, { signal })]);
    if (why) throw why;
  } finally {
    clearInterval(timer);
    isOver.abort();
    io.progress('');
  }
}
