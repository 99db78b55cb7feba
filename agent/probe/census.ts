/**
 * The probe `census`: how many objects of each class, counted in the target by `Runtime.queryObjects`; a tenth to
 * a quarter of a snapshot's pause and a sixth of its memory, once for each vm context.
 *
 *     Object.prototype -> queryObjects -> [objects] -> counted by prototype, in the target -> class names -> rows
 *
 * V8 collects all garbage for it, clears its inline caches (hot code is slower for some 100,000 operations) and moves the
 * bytes of small typed arrays out of its heap, for good.
 *
 * Names are a snapshot's, but for two: objects of a function whose `prototype` is no object are `Object`, and objects of two
 * functions that share one prototype are one class. A class with a namesake that no chain leads to is named without its place.
 */
import { randomUUID } from 'node:crypto';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Partition } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import type { SendOptions } from '../cdp/session.ts';
import { kind } from '../classify/kind.ts';
import { countIsolate, type IsolateCount, realmsToCount } from './census/isolate.ts';
import { NOT_SEEN } from './census/unseen.ts';
import { footprint } from './footprint.ts';
import { startMeter } from './meter.ts';
import { startPing } from './ping.ts';
import { readUnread } from './unread.ts';

export { NOT_SEEN };

export interface CensusContext extends ProbeContext {
  readonly label?: string;
  /** Rows of the partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  /**
   * The same isolate by `types`, as late as possible: with it the partition is of the whole heap, what is not seen in a row.
   * The label says where they are old, or the heap is another by now (census/unseen.ts).
   */
  readonly totals?: Partition;
  /** Mean self size of an object in bytes by kind, from the last snapshot (`meanSizes`). Absent: what is usual. */
  readonly sizes?: ReadonlyMap<string, number>;
}

/** The mean sizes that a partition by kind gives to later censuses. */
export function meanSizes({ rows }: Pick<Partition, 'rows'>): Map<string, number> {
  return new Map(rows.filter(({ count }) => count > 0).map(({ kind, count, sizeBytes }) => [kind, sizeBytes / count]));
}

/**
 * Counts the objects of an isolate by class. Counts are exact for every object whose prototype chain ends in a realm's
 * `Object.prototype`; sizes are estimates. Nothing of the program runs, and no handle stays.
 * @throws DetachedError when the target goes, ProtocolError, RangeError for an unknown isolate, the reason of `signal`
 */
export async function census(agent: Agent, context: CensusContext): Promise<Partition> {
  const session = await agent.isolate(context.isolate);
  const options: SendOptions = context.signal ? { signal: context.signal } : {};
  const realms = await realmsToCount(session, options);
  using meter = await startMeter(agent, { probe: 'census', isolate: context.isolate, realms }, options);
  const ping = startPing(session);
  const takenAt = new Date().toISOString();
  // the target is stopped for each realm
  let pauseMs = 0;
  let counted: IsolateCount;
  try {
    counted = await countIsolate(session, options, {
      onNext: () => {
        pauseMs += ping.lap();
      },
      urlsIn: ({ bytes }, scriptIds) => readUnread({ what: 'coverage', bytes, scriptIds }, context.signal),
    });
  } finally {
    pauseMs += ping.stop().pauseMs;
  }
  const after = await footprint(session, options);
  return {
    target: context.target,
    isolate: context.isolate,
    probe: 'census',
    by: kind.by,
    takenAt,
    id: randomUUID(),
    ...incarnationOf(agent.identity),
    header: kind.header,
    heapUsedBytes: meter.before.heapUsedBytes,
    ...(await rowsOf(counted, takenAt, context)),
    cost: { ...meter.enter(pauseMs, after, { realms: counted.realms }), transferBytes: counted.transferBytes },
  };
}

async function rowsOf(
  counted: IsolateCount,
  takenAt: string,
  { totals, sizes, rows, label, signal }: CensusContext,
): Promise<Pick<Partition, 'label' | 'count' | 'sizeBytes' | 'rows' | 'other'>> {
  const { functions, slots, liveBytes } = counted;
  const held = { ...(totals && { totals }), ...(sizes && { sizes }), ...(rows !== undefined && { limit: rows }) };
  const { remark, ...read } = await readUnread(
    { what: 'census', functions, slots, liveBytes, takenAt, ...held },
    signal,
  );
  return { ...read, label: label ?? labelOf(counted, remark) };
}

function labelOf({ realms, realmsLeftOut }: IsolateCount, remark: string | undefined): string {
  const of = realms === 1 ? '' : ` of ${realms} contexts`;
  const without = realmsLeftOut === 0 ? '' : `, without ${realmsLeftOut} more context${realmsLeftOut === 1 ? '' : 's'}`;
  return `Counted by class${of}${without}; sizes are estimates${remark === undefined ? '' : `; ${remark}`}.`;
}
