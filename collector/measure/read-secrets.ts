/** What looks like a secret in a snapshot file, a core file or a process, by the kinds that refer to it; contents stay here. */
import { randomUUID } from 'node:crypto';
import { parseTarget, TargetSyntaxError } from '../../agent/base/target.ts';
import { product } from '../../agent/classify/product.ts';
import { referrers } from '../../agent/classify/referrers.ts';
import { isSecretRow, secretAmong } from '../../agent/classify/secret.ts';
import { Heap } from '../../agent/graph/heap.ts';
import { partition, sumOf } from '../../agent/partition/partition.ts';
import { findMemory } from '../../agent/probe/walked-memory.ts';
import { environmentOf } from '../../agent/process/environment.ts';
import { environmentSecrets, type KnownSecret } from '../../agent/redact/environment-secrets.ts';
import type { Partition } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import type { Consent } from './consent.ts';
import { isSnapshotFile, readColumns } from './read-columns.ts';

export interface SecretsAsk {
  /** A snapshot file, a core file, or a process, which is read from outside. */
  readonly target: string;
  /** The process whose environment's values are looked for; a process is its own. */
  readonly envOf: string | undefined;
  readonly consent: Consent;
}

/** @throws as the walk or the file does; UsageError for an environment that cannot be read; RefusedError */
export async function readSecrets({ target, envOf, consent }: SecretsAsk, io: Io): Promise<Partition> {
  const isProcess = !isSnapshotFile(target) && parseTarget(target).kind !== 'file';
  const given = envOf === undefined ? [] : await knownOf(envOf, io);
  const { columns, ...head } = await readColumns({ target, consent }, io);
  const known = isProcess && envOf === undefined ? await knownOf(target, io) : given;
  const heap = new Heap(columns);
  const by = product([secretAmong(known), referrers]);
  const all = partition(columns, by.classify(heap), by);
  const rows = all.rows.filter(({ kind }) => isSecretRow(kind));
  return { target, isolate: 'main', id: randomUUID(), ...head, ...all, ...sumOf(rows), rows };
}

async function knownOf(target: string, io: Io): Promise<KnownSecret[]> {
  try {
    const { place } = await findMemory(target, { signal: io.signal });
    if (!('pid' in place)) throw new TargetSyntaxError('it is no process');
    const environment = await environmentOf(place.pid);
    const known = environmentSecrets(environment);
    io.say(`looks for ${known.length} values of the environment of ${target}, of ${environment.size} variables`);
    return known;
  } catch (cause) {
    io.signal.throwIfAborted();
    throw new UsageError(`Cannot read the environment of ${target}: ${reasonOf(cause)}`, { cause });
  }
}
