/**
 * The major collections in a trace, each with what V8 counted in it.
 *
 *     thread 4711: MajorGC begins (why) ──> V8.GC_Objects_Stats (live, dead) ──> MajorGC ends (heap used)
 */
import { isObjectStats, OBJECT_STATS, type ObjectStats, objectStatsOf } from './object-stats.ts';
import { MAJOR_GC, type TraceEvent } from './tracing.ts';

/** The categories that such a trace needs. */
export const COLLECTION_CATEGORIES: readonly string[] = [OBJECT_STATS, 'v8'];

export interface Collection extends ObjectStats {
  /** The thread's id; on Linux the main thread's is the pid. */
  readonly tid: number;
  /** Why V8 collected: `sampling profiler`, `allocation limit`, … */
  readonly reason: string;
  /** How long the thread stood still for it, the counting included. */
  readonly pauseMs: number;
  /** V8's used_heap_size when it was done. */
  readonly heapUsedBytes: number;
}

/** In the order of their ends. One of which the trace has not all, because tracing began or ended within it, is left out. */
export function collectionsOf(events: readonly TraceEvent[]): Collection[] {
  const begins = new Map<number, TraceEvent>();
  const counts = new Map<number, TraceEvent>();
  const collections: Collection[] = [];
  for (const event of events) {
    const { tid, name, ph } = event;
    if (isObjectStats(event)) counts.set(tid, event);
    if (name !== MAJOR_GC) continue;
    if (ph === 'B') {
      begins.set(tid, event);
      counts.delete(tid);
    }
    const begin = begins.get(tid);
    const counted = counts.get(tid);
    if (ph === 'E' && begin && counted) collections.push(collectionOf(begin, counted, event));
  }
  return collections;
}

function collectionOf(begin: TraceEvent, counted: TraceEvent, end: TraceEvent): Collection {
  return {
    ...objectStatsOf(counted),
    tid: begin.tid,
    reason: String(begin.args.type),
    pauseMs: (end.ts - begin.ts) / 1000,
    heapUsedBytes: Number(end.args.usedHeapSizeAfter),
  };
}
