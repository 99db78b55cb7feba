/** The newest partitions of a log, without their rows. */
import { z } from 'zod';
import { matchesGlob } from '../../protocol/glob.ts';
import { limits } from '../../protocol/limits.ts';
import { Probe } from '../../protocol/partition.ts';
import { PartitionHead } from '../../protocol/partitions.ts';
import { text } from '../../protocol/text.ts';
import { reaches, type Scope } from '../access/scope.ts';
import { headOf } from '../history/partition-heads.ts';
import type { EventLog } from '../log/log.ts';

export const PartitionList = z.strictObject({ partitions: z.array(PartitionHead) });

/** Which partitions; what is absent may be any. */
export const PartitionQuery = z.strictObject({
  target: text(limits.maxGlobLength).meta({ description: "A glob of targets' names." }).optional(),
  isolate: text(limits.maxNameLength).meta({ description: '`main`, or `worker:N`.' }).optional(),
  probe: Probe.meta({ description: 'The probe that gave it.' }).optional(),
  by: text(limits.maxNameLength).meta({ description: 'Its classifier.' }).optional(),
});
export type PartitionQuery = z.infer<typeof PartitionQuery>;

/** The newest of each sort, by rising offset. @param scope of who asks */
export function newestPartitions(
  log: EventLog,
  { target, isolate, probe, by }: PartitionQuery,
  scope?: Scope,
): PartitionHead[] {
  const heads: PartitionHead[] = [];
  for (const { head, event } of log.latest().filter((entry) => entry.head.type === 'partition')) {
    if (!reaches(scope, head.target)) continue;
    if (target !== undefined && !matchesGlob(target, head.target)) continue;
    if (isolate !== undefined && head.isolate !== isolate) continue;
    if (by !== undefined && head.by !== by) continue;
    if (event.type !== 'partition' || (probe !== undefined && event.probe !== probe)) continue;
    heads.push(headOf(event));
  }
  return heads;
}
