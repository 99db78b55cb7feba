/** One partition by a target's text: of a process, of a file, or of what a collector has stored. */
import type { Agent } from '../../agent/attach/agent.ts';
import { parseTarget } from '../../agent/base/target.ts';
import type { Filter } from '../../agent/rows/filter.ts';
import type { Partition } from '../../protocol/partition.ts';
import { ALL } from '../../protocol/sum.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { classifierOf } from './probe-choice.ts';
import type { PartitionQuestion } from './question.ts';
import { costText, progressText } from './words.ts';

/** @throws as the probe, the file or the collector does; RefusedError for a price that is not agreed to */
export async function readPartition(text: string, reading: PartitionQuestion, io: Io): Promise<Partition> {
  const target = parseTarget(text);
  switch (target.kind) {
    case 'file':
      return await fromAnyFile(target.path, reading, io);
    case 'collector': {
      if (reading.probe !== undefined) throw noProbe(text);
      const { storedPartition } = await import('./stored.ts');
      return await storedPartition(target, reading.by ?? 'kind', io.signal);
    }
    case 'pid':
      return (await ofPid(target.pid, text, reading, io)) ?? (await fromProcess(text, reading, io));
    default:
      return await fromProcess(text, reading, io);
  }
}

/** Of a process that cannot be walked: a snapshot is read as a file is. */
async function filteredSnapshot(
  agent: Agent,
  target: string,
  { probe, isolate, ...reading }: PartitionQuestion,
  io: Io,
): Promise<Partition> {
  if (probe !== 'snapshot')
    throw new UsageError(
      `Cannot use --kept-by and --without with --probe ${probe}: only walk and snapshot see who holds what`,
    );
  if (isolate === ALL) throw new UsageError('Cannot use --kept-by and --without with --isolate all: name one isolate');
  const { withSnapshotFile } = await import('./snapshot-file.ts');
  return await withSnapshotFile({ agent, target, isolate, consent: reading.consent }, io, async (path) => {
    const partition = await fromFile(path, { ...reading, isolate }, io);
    return { ...partition, target, isolate };
  });
}

function isFiltered({ keptBy, without }: { readonly [K in keyof Filter]: Filter[K] | undefined }): boolean {
  return keptBy !== undefined || without !== undefined;
}

function noProbe(text: string): UsageError {
  return new UsageError(`Cannot use --probe on ${text}: only a process can be probed`);
}

async function fromAnyFile(path: string, reading: PartitionQuestion, io: Io): Promise<Partition> {
  const { isCoreFile } = await import('../../agent/memory/core-file.ts');
  if (isCoreFile(path) && (reading.probe === undefined || reading.probe === 'walk')) {
    const { walkCore } = await import('./read-walk.ts');
    return await walkCore(path, reading, io);
  }
  if (reading.probe !== undefined) throw noProbe(path);
  const { isProfileFile } = await import('../../agent/probe/is-profile-file.ts');
  // by a classifier of snapshots it is refused by the name of what it is
  if (reading.by === undefined && !isFiltered(reading) && isProfileFile(path)) {
    const { profileFilePartition } = await import('../../agent/probe/profile-file.ts');
    return profileFilePartition(path, path);
  }
  return await fromFile(path, reading, io);
}

/** A process that can be walked needs no inspector; null where that was not asked for and is not enough. */
async function ofPid(pid: number, text: string, reading: PartitionQuestion, io: Io): Promise<Partition | null> {
  const { isWalk, walkPid } = await import('./read-walk.ts');
  return isWalk(reading, false) ? await walkPid(pid, text, reading, io) : null;
}

/** @param before an earlier snapshot file of the same process: the partition is of what was born since */
export async function fromFile(
  path: string,
  { by = 'kind', keptBy, without }: PartitionQuestion,
  io: Io,
  before?: string,
): Promise<Partition> {
  const { partitionFile } = await import('../../agent/file/file.ts');
  const { refusing } = await import('../../agent/file/refusal.ts');
  const read = () =>
    partitionFile(path, {
      by: [by],
      // nothing else goes on in this process, and a thread would cost more memory than the histogram
      inline: by === 'name' && !isFiltered({ keptBy, without }),
      ...(keptBy !== undefined && { keptBy }),
      ...(without !== undefined && { without }),
      ...(before !== undefined && { before }),
      signal: io.signal,
      onProgress: (progress) => io.progress(progressText(progress)),
    });
  const [partition] = await refusing(path, read);
  io.progress('');
  return partition as Partition;
}

async function fromProcess(target: string, reading: PartitionQuestion, io: Io): Promise<Partition> {
  const { attachTo } = await import('./attached.ts');
  await using agent = await attachTo(target, io);
  return await fromAgent(agent, target, reading, io);
}

async function fromAgent(agent: Agent, target: string, reading: PartitionQuestion, io: Io): Promise<Partition> {
  const { isWalk, walkAgent } = await import('./read-walk.ts');
  const walked = isWalk(reading, true) ? await walkAgent(agent, target, reading, io) : null;
  if (walked) return walked;
  const { by, isolate, consent } = reading;
  const probe = reading.probe === undefined || reading.probe === 'walk' ? 'snapshot' : reading.probe;
  const { readLive } = await import('./live-probes.ts');
  const { readIsolates } = await import('./read-isolates.ts');
  const classifier = classifierOf(probe, by);
  if (isFiltered(reading)) return await filteredSnapshot(agent, target, { ...reading, probe, by: classifier }, io);
  if (isolate === ALL && classifier.split('&').includes('id')) {
    throw new UsageError(
      'Cannot sum isolates by id: an id means nothing in another isolate; use --isolate main, or worker:N',
    );
  }
  const asked = { agent, target, probe, by: classifier, consent };
  const partition = isolate === ALL ? await readIsolates(asked, io) : await readLive({ ...asked, isolate }, io);
  io.say(costText(partition.cost ?? {}));
  return partition;
}
