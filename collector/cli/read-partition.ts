/** One partition by a target's text: of a process, of a file, or of what a collector has stored. */
import { parseTarget } from '../../agent/target.ts';
import type { Partition } from '../../protocol/partition.ts';
import { ALL } from '../../protocol/sum.ts';
import type { Consent } from './consent.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { classifierOf, type LiveProbe } from './probe-choice.ts';
import { costText, progressText } from './words.ts';

export interface Reading {
  /** Of a process; default: a snapshot. */
  readonly probe?: LiveProbe;
  /** A classifier; absent: the probe's own. */
  readonly by?: string | undefined;
  /** `all`: the sum over those of a process. */
  readonly isolate: string;
  /** What is agreed to of the price. */
  readonly consent: Consent;
}

/** @throws as the probe, the file or the collector does; RefusedError for a price that is not agreed to */
export async function readPartition(text: string, reading: Reading, io: Io): Promise<Partition> {
  const target = parseTarget(text);
  if (reading.probe !== undefined && (target.kind === 'file' || target.kind === 'collector')) {
    throw new UsageError(`Cannot use --probe on ${text}: only a process can be probed`);
  }
  switch (target.kind) {
    case 'file':
      return await fromFile(target.path, reading, io);
    case 'collector': {
      const { storedPartition } = await import('./stored.ts');
      return await storedPartition(target, reading.by ?? 'kind', io.signal);
    }
    default:
      return await fromProcess(text, reading, io);
  }
}

/** @param before an earlier snapshot file of the same process: the partition is of what was born since */
export async function fromFile(path: string, { by = 'kind' }: Reading, io: Io, before?: string): Promise<Partition> {
  const { partitionFile } = await import('../../agent/file.ts');
  const [partition] = await partitionFile(path, {
    by: [by],
    // nothing else goes on in this process, and a thread would cost more memory than the histogram
    inline: by === 'name',
    ...(before !== undefined && { before }),
    signal: io.signal,
    onProgress: (progress) => io.progress(progressText(progress)),
  });
  io.progress('');
  return partition as Partition;
}

async function fromProcess(
  target: string,
  { probe = 'snapshot', by, isolate, consent }: Reading,
  io: Io,
): Promise<Partition> {
  const { attach } = await import('../../agent/agent.ts');
  const { readLive } = await import('./live-probes.ts');
  const { readIsolates } = await import('./read-isolates.ts');
  const classifier = classifierOf(probe, by);
  if (isolate === ALL && classifier.split('&').includes('id')) {
    throw new UsageError(
      'Cannot sum isolates by id: an id means nothing in another isolate; use --isolate main, or worker:N',
    );
  }
  await using agent = await attach(target, { signal: io.signal });
  const reading = { agent, target, probe, by: classifier, consent };
  const partition = isolate === ALL ? await readIsolates(reading, io) : await readLive({ ...reading, isolate }, io);
  io.say(costText(partition.cost ?? {}));
  return partition;
}
