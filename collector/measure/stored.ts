/** A partition that a collector has already: the latest of a target by a classifier, or one sample by its id. */
import type { Target } from '../../agent/base/target.ts';
import type { Partition } from '../../protocol/partition.ts';
import type { Client } from '../client/node.ts';
import { openCollector } from '../terminal/collector-client.ts';
import { UsageError } from '../terminal/exit.ts';
import type { PartitionQuestion } from './question.ts';

type CollectorTarget = Extract<Target, { kind: 'collector' }>;

/** @throws UsageError where `#api` is missing; RequestError; AttachError */
export async function storedPartition(target: CollectorTarget, by: string, signal: AbortSignal): Promise<Partition> {
  await using client = openCollector(target.url, { signal });
  if (target.sample !== undefined) {
    return (await client.request('partition', { id: target.sample })).partition;
  }
  if (target.name === undefined) {
    throw new UsageError(`Cannot read ${target.url}: name one of the collector's targets, ${target.url}#api`);
  }
  return await latest(client, target.name, by);
}

/**
 * Has a collector take a snapshot of its target now, and gives what was born since one of its checkpoints.
 * @throws UsageError where `#api` is missing; RequestError: no such checkpoint, or a void one; AttachError
 */
export async function relativePartition(
  target: CollectorTarget,
  since: string,
  { by = 'kind', isolate, consent }: PartitionQuestion,
  signal: AbortSignal,
): Promise<Partition> {
  const { name } = target;
  if (name === undefined) {
    throw new UsageError(`Cannot compare with "${since}": name one of the collector's targets, ${target.url}#api`);
  }
  await using client = openCollector(target.url, { signal });
  const { partitions } = await client.request('probe', {
    target: name,
    probe: 'snapshot',
    isolate,
    by,
    since,
    yes: consent.yes,
  });
  const [id] = partitions as [string];
  return (await client.request('partition', { id })).partition;
}

async function latest(client: Client, name: string, by: string): Promise<Partition> {
  const { targets } = await client.request('targets', {});
  if (!targets.some((state) => state.target === name)) {
    const names = targets.map((state) => state.target).join(', ');
    throw new UsageError(`Cannot read ${client.url}#${name}: the collector has no such target, only ${names}`);
  }
  const state = await client.state({ topics: ['partition'], targets: [name], by: [by] });
  const newest = state.findLast((event) => event.type === 'partition' && event.target === name && !event.since);
  if (newest?.type !== 'partition') {
    throw new Error(`Cannot read ${client.url}#${name}: the collector has no partition of it by ${by} yet; try again`);
  }
  const { type: _type, offset: _offset, durable: _durable, replay: _replay, ...partition } = newest;
  return partition;
}
