/** `heap --since`: a snapshot, a while, another; what was born between them. */
import { Either } from '../../agent/base/either.ts';
import { delay } from '../../agent/base/waiting.ts';
import { type LiveCheckpoint, takeCheckpoint } from '../../agent/probe/checkpoint.ts';
import { humanDuration } from '../../protocol/human.ts';
import type { Partition } from '../../protocol/partition.ts';
import { parseDuration } from '../base/units.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { attachTo } from './attached.ts';
import { agreeToPrice } from './price-gate.ts';
import type { PartitionQuestion } from './question.ts';
import { snapshotProgress } from './snapshot-progress.ts';
import { costText } from './words.ts';

const LOOK_MS = 1_000;

/** Milliseconds of `--since 30s`. @throws UsageError for a name: checkpoints that have one live in a collector */
function sinceDuration(since: string): number {
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
 * Takes a checkpoint of a process, waits, and gives what was born since; the object ids are held meanwhile, which is said.
 * @throws EpochError when another inspector client left meanwhile; DetachedError when the target did; as `readPartition`
 */
export async function bornWithin(
  since: string,
  target: string,
  { by = 'kind', isolate, consent }: PartitionQuestion,
  io: Io,
): Promise<Partition> {
  const durationMs = sinceDuration(since);
  await using agent = await attachTo(target, io);
  await agreeToPrice({ agent, target, isolate, consent, times: 2 }, io);
  const progress = {
    signal: io.signal,
    onProgress: snapshotProgress(io),
  };
  await using checkpoint = await takeCheckpoint(agent, {
    target,
    isolate,
    by: [by],
    label: `${since} ago`,
    ...progress,
  });
  io.say(`first of two snapshots: ${costText(checkpoint.taken.partitions[0]?.cost ?? {})}`);
  io.say(`object ids are held: minor collections of ${target} take 4 to 13 times as long until the second`);
  await untilOver(durationMs, checkpoint, io);
  const { partitions } = await checkpoint.since(progress);
  const partition = partitions[0] as Partition;
  io.say(`second: ${costText(partition.cost ?? {})}`);
  return partition;
}

/** Looks every second whether there is still something to wait for. @throws why there is not */
export async function untilOver(durationMs: number, checkpoint: LiveCheckpoint, io: Io): Promise<void> {
  const isOver = new AbortController();
  const endsAtMs = performance.now() + durationMs;
  const look = () => {
    io.progress(`the second snapshot is taken in ${humanDuration(Math.max(0, endsAtMs - performance.now()))}`);
    // what it finds is reported by `voided`
    void checkpoint.epochHolds();
  };
  const timer = setInterval(look, LOOK_MS);
  look();
  try {
    using either = new Either([io.signal, isOver.signal]);
    const why = await Promise.race([checkpoint.voided, delay(durationMs, either.signal)]);
    if (why) throw why;
  } finally {
    clearInterval(timer);
    isOver.abort();
    io.progress('');
  }
}
