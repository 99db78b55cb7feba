/**
 * RSS taken apart, from outside: what the kernel lists, V8's pages by their headers, malloc chunk by chunk, and a walk of the heap.
 * The process is neither stopped nor asked, and nothing is collected in it.
 *
 *     /proc/PID/smaps ──> mappings by their use ──┐
 *     headers of V8's pages ──> spaces            ├──> reading ──> parts ──> verdict
 *     chunks of malloc ──> in use, free           │
 *     objects of the heap ──> what they hold ─────┘
 */
import type { MemoryReport } from '../../protocol/memory.ts';
import { MAIN } from '../cdp/isolate-name.ts';
import { type Room, tightestFirst, untilKilled } from '../process/headroom.ts';
import { processRooms } from '../process/process-rooms.ts';
import { readHere } from '../process/system-files.ts';
import { partsOf } from '../rss/parts.ts';
import type { HeapReading, RssReading } from '../rss/reading.ts';
import { verdictOf } from '../rss/verdict.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import { ceilingOf } from './ceiling.ts';
import type { RssJob } from './rss/rss-job.ts';

export interface RssOptions {
  /** The target's text. */
  readonly target: string;
  /** Names of its isolates in the order of their ids, where an inspector has named them. */
  readonly isolates?: readonly string[];
  /** False: the heap is not walked; who holds memory outside it is then not known. */
  readonly walk?: boolean;
  /** A larger heap is not walked: of one who reads again and again. Default 2 GB. */
  readonly mostHeapBytes?: number;
  /** Limits of V8, where an inspector has named them. */
  readonly heapRooms?: readonly Room[];
  readonly signal?: AbortSignal;
}

/** @throws AttachError where it may not be read; DetachedError where it ends meanwhile */
export async function rss(
  { pid, startTicks, isInside }: Omit<RssJob, 'walk' | 'mostHeapBytes'>,
  { target, isolates, walk = true, mostHeapBytes, heapRooms = [], signal }: RssOptions,
): Promise<MemoryReport> {
  const job: RssJob = {
    pid,
    ...(startTicks !== undefined && { startTicks }),
    ...(isInside && { isInside }),
    walk,
    ...(mostHeapBytes !== undefined && { mostHeapBytes }),
  };
  const reading = await inThread<never, RssReading>(
    programUrl('./rss/rss-thread', import.meta.url),
    job,
    signal ? { signal } : {},
  );
  const { rooms, hidden } = await processRooms(pid, readHere);
  const report = reportOf(reading, target, isolates);
  const hiddenLine = `its control group (${hidden}) is not visible from here, and may have a limit`;
  return {
    ...report,
    ceilings: tightestFirst([...rooms, ...heapRooms].map(untilKilled)).map(ceilingOf),
    unknown: hidden === undefined ? report.unknown : [...report.unknown, hiddenLine],
  };
}

function reportOf(
  reading: RssReading,
  target: string,
  isolates: readonly string[] | undefined,
): Omit<MemoryReport, 'ceilings'> {
  const { pid, takenAtMs, rssBytes, peakBytes, swapBytes, threads, spaces = [], heap, unknown } = reading;
  const numbers = [...new Set(spaces.map(({ isolate }) => isolate).filter((isolate) => isolate >= 0))].sort(
    (a, b) => a - b,
  );
  const nameOf = (isolate: number): string => {
    if (isolate < 0) return 'shared';
    const at = numbers.indexOf(isolate);
    return isolate === 0 ? MAIN : (isolates?.length === numbers.length && isolates[at]) || `isolate:${at + 1}`;
  };
  const parts = partsOf(reading);
  return {
    target,
    pid,
    takenAt: new Date(takenAtMs).toISOString(),
    rssBytes,
    peakBytes,
    swapBytes,
    threads,
    parts,
    spaces: spaces.map((each) => ({ ...each, isolate: nameOf(each.isolate) })),
    kinds: (heap?.isolates ?? []).flatMap(({ kinds }) => kinds).sort((a, b) => b.sizeBytes - a.sizeBytes),
    verdict: verdictOf(parts, reading, nameOf),
    ...(heap && { untouchedBytes: untouched(heap) }),
    unknown: [...unknown],
  };
}

function untouched({ buffers, bufferGarbage, externalStrings }: HeapReading): number {
  const sums = [buffers, bufferGarbage, externalStrings];
  return Math.round(
    sums.reduce((sum, { sizeBytes, residentBytes }) => sum + Math.max(0, sizeBytes - residentBytes), 0),
  );
}
