/** The probe `snapshot` for callers that compute by themselves: the whole heap as columns, handed over and not copied. */
import type { Cost } from '../../protocol/partition.ts';
import type { Agent } from '../attach/agent.ts';
import type { ColumnsJob, LiveEvent } from '../capture/live-job.ts';
import type { PackedColumns } from '../parse/packed.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import type { Epoch, Member, TakenColumns } from './epoch.ts';
import { type MeasuredContext, measured, type Run, takenAt } from './measured.ts';

export interface ColumnsResult {
  readonly columns: PackedColumns;
  /** ISO 8601, UTC: the start of the pause. */
  readonly takenAt: string;
  readonly cost: Cost;
  readonly rssBytes: number | null;
  /** Before it. */
  readonly heapUsedBytes: number;
  /** Where object ids are held: the epoch that the snapshot is of, the highest odd id, and ids of objects of ours. */
  readonly held?: Omit<TakenColumns, 'columns'>;
}

/** Where the snapshot is to be of an epoch that is held. */
export interface HeldBy {
  readonly epoch: Epoch;
  /** It must be of the epoch of this checkpoint. */
  readonly against?: Member;
}

/**
 * Takes a snapshot of an isolate: one pause of its target. Afterwards no object ids are held, unless by `held`.
 * @throws as `snapshot`; EpochError if it cannot be compared with `against`
 */
export async function columns(agent: Agent, context: MeasuredContext, held?: HeldBy): Promise<ColumnsResult> {
  const run = (how: Run) => (held ? held.epoch.takeColumns(how, held.against) : received(agent, context, how));
  const { result, measured: seen } = await measured<TakenColumns | { columns: PackedColumns }>(agent, context, run);
  const { columns, ...more } = result;
  const { heldMs } = held?.epoch.held ?? {};
  return {
    columns,
    takenAt: takenAt(seen),
    cost: { ...seen.cost, ...(heldMs !== undefined && { heldMs }) },
    rssBytes: seen.before.rssBytes,
    heapUsedBytes: seen.before.heapUsedBytes,
    ...('epoch' in more && { held: more as Omit<TakenColumns, 'columns'> }),
  };
}

async function received(
  agent: Agent,
  { isolate }: MeasuredContext,
  { startTimeoutMs, bounds, ...how }: Run,
): Promise<{ columns: PackedColumns }> {
  const job: ColumnsJob = { inspectorUrl: agent.inspectorUrl, isolate, startTimeoutMs, bounds };
  return {
    columns: await inThread<LiveEvent, PackedColumns>(
      programUrl('../capture/columns-thread', import.meta.url),
      job,
      how,
    ),
  };
}
