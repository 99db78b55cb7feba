/**
 * The program of the thread that takes a live snapshot: bytes are parsed and written while they arrive; when the target is
 * let go they are split into partitions, while the disk takes what was written.
 */
import type { SnapshotSink } from '../parse/sink.ts';
import { mapped, type PartitionOptions, partitionParser } from '../rows/partition-parser.ts';
import type { SnapshotRows } from '../rows/snapshot-rows.ts';
import { serve } from '../threads/thread.ts';
import { throttled } from '../threads/throttle.ts';
import type { LiveEvent, LiveJob } from './live-job.ts';
import { Output } from './output.ts';
import { receiveSnapshot } from './receiver.ts';

serve<LiveJob, LiveEvent>(async (job, tell, signal): Promise<SnapshotRows> => {
  const sink = await sinkOf(job, (by) => tell({ phase: 'classifying', by }));
  using output = job.output ? new Output(job.output) : null;
  const tellSometimes = throttled(tell);
  let bytes = 0;
  tell({ phase: 'waiting' });
  const received = await receiveSnapshot({
    ...job,
    signal,
    onWalk: (doneNodes, totalNodes) => tellSometimes({ phase: 'walking', doneNodes, totalNodes }),
    onChunk(chunk) {
      output?.write(chunk);
      sink.write(chunk);
      bytes += chunk.length;
      tellSometimes({ phase: 'receiving', bytes });
    },
  });
  const split = sink.end();
  tell({ phase: 'received', received });
  const written = output?.commit();
  // settled before anybody awaits it, it must not count as unhandled while the rows are computed
  written?.catch(() => {});
  const result = split();
  await written;
  return result;
});

async function sinkOf(
  { by, rows, holders }: LiveJob,
  onClassify: (by: string) => void,
): Promise<SnapshotSink<() => SnapshotRows>> {
  const options: PartitionOptions = { by, onClassify, ...(rows !== undefined && { rows }) };
  if (!holders) return mapped(partitionParser(options), (split) => () => ({ rows: split() }));
  // few ask: a plain snapshot need not wait for sets to be loaded
  const { holdersParser: holdersSplitter } = await import('../rows/holders-parser.ts');
  return holdersSplitter(options, holders);
}
