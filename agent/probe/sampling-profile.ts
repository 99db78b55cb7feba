/** What the probe `sampling` gives: a profile with its origin and its cost, and the partition by allocation site. */

import { randomUUID } from 'node:crypto';
import { type Incarnation, incarnationOf } from '../../protocol/incarnation.ts';
import type { Cost, Partition, Row } from '../../protocol/partition.ts';
import type { ProbeContext } from '../attach/agent.ts';
import { scriptPath } from '../classify/naming/script-name.ts';
import { areOwnersWanted, ownersInUse } from '../owners/in-use.ts';
import { bySizeThenKind } from '../partition/partition.ts';
import { type CallFrame, type HeapProfile, visitNodes } from '../profile/heap-profile.ts';
import { siteNames } from '../profile/sites.ts';
import { objectsOf } from './allocation-size.ts';

export interface SamplingProfile extends HeapProfile, Incarnation {
  /** Somebody else's sampling, of unknown age and interval. */
  readonly foreign: boolean;
  /** When ours began, ISO 8601, where somebody has stopped it since and begun their own, which is foreign. */
  readonly cutSince?: string;
  /** ISO 8601; absent for a foreign one. */
  readonly startedAt?: string;
  /** Mean bytes from sample to sample; absent for a foreign one. */
  readonly samplingIntervalBytes?: number;
  readonly takenAt: string;
  /** After the garbage collection that the profile comes with. */
  readonly heapUsedBytes: number;
  readonly cost: Cost;
}

/**
 * The live bytes by allocation site, whatever the path that led there. Sizes are V8's unbiased estimates; counts follow
 * from the size of each sampled object (of a foreign profile, whose interval nobody tells, the samples are counted).
 */
export function profilePartition(profile: SamplingProfile, context: ProbeContext & { label?: string }): Partition {
  const rows = siteRows(profile);
  const { takenAt, heapUsedBytes, cost } = profile;
  return {
    target: context.target,
    isolate: context.isolate,
    probe: 'sampling',
    by: 'site',
    takenAt,
    id: randomUUID(),
    ...incarnationOf(profile),
    header: 'Allocation site',
    label: context.label ?? labelOf(profile),
    heapUsedBytes,
    count: rows.reduce((sum, row) => sum + row.count, 0),
    sizeBytes: rows.reduce((sum, row) => sum + row.sizeBytes, 0),
    rows,
    cost,
  };
}

/** Objects that live, by node id. */
export function countsOf({ samples, samplingIntervalBytes }: SamplingProfile): Map<number, number> {
  const objects = new Map<number, number>();
  const counts = new Map<number, number>();
  for (const { size, nodeId } of samples) {
    let count = objects.get(size);
    if (count === undefined) {
      count = samplingIntervalBytes === undefined ? 1 : objectsOf(size, samplingIntervalBytes);
      objects.set(size, count);
    }
    counts.set(nodeId, (counts.get(nodeId) ?? 0) + count);
  }
  return counts;
}

function siteRows(profile: SamplingProfile): Row[] {
  const counts = countsOf(profile);
  const rows = new Map<string, Row>();
  const siteOf = siteNames(profile.head);
  visitNodes(profile.head, ({ callFrame, selfSize, id }) => {
    const count = counts.get(id) ?? 0;
    if (selfSize === 0 && count === 0) return;
    const kind = siteOf(callFrame);
    const row = rows.get(kind) ?? { kind, count: 0, sizeBytes: 0, estimated: true, ...ownerOf(callFrame) };
    rows.set(kind, { ...row, count: row.count + count, sizeBytes: row.sizeBytes + Math.round(selfSize) });
  });
  return [...rows.values()].sort(bySizeThenKind);
}

function ownerOf({ url, bundleUrl = url }: CallFrame): Pick<Row, 'owner'> {
  const owner = areOwnersWanted() && url !== '' ? ownersInUse().of(scriptPath(url), scriptPath(bundleUrl)) : undefined;
  return owner === undefined ? {} : { owner };
}

function labelOf({ foreign, cutSince, startedAt, samplingIntervalBytes }: SamplingProfile): string {
  if (cutSince !== undefined) {
    return `Cut: alive of what was allocated since somebody else stopped the sampling of ${cutSince} and began their own; estimated.`;
  }
  if (foreign) return 'Alive of what was allocated since another client began to sample; estimated.';
  return `Alive of what was allocated since ${startedAt}; estimated, a sample each ${samplingIntervalBytes} bytes.`;
}
