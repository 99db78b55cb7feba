/** The program of the thread that takes the RSS of a process apart. The process is not stopped, and nothing is asked of it. */
import { AttachError, DetachedError } from '../../base/errors.ts';
import { layoutOf } from '../../layout/layout.ts';
import { LayoutRefusal } from '../../layout/refusal.ts';
import { ProcessMemory } from '../../memory/process-memory.ts';
import { statusField } from '../../memory/process-state.ts';
import { ProcessView } from '../../memory/process-view.ts';
import { type AreaUse, usesOf } from '../../rss/area-use.ts';
import { type Area, areasOf } from '../../rss/areas.ts';
import type { HeapReading, RssReading } from '../../rss/reading.ts';
import { serve } from '../../threads/thread.ts';
import { readHeap } from './heap-reading.ts';
import { HeldAreas } from './held-areas.ts';
import { readMalloc } from './malloc-reading.ts';
import { entriesIn } from './remains.ts';
import type { RssJob } from './rss-job.ts';
import { spacesOf } from './spaces.ts';

const KIB = 1_024;

serve(readRss);

async function readRss({ pid, startTicks, isInside, walk, mostHeapBytes }: RssJob): Promise<RssReading> {
  await using memory = ProcessMemory.open(pid, undefined, isInside);
  using view = ProcessView.open(pid, isInside);
  if (startTicks !== undefined && view.key.startTicks !== startTicks) {
    throw new AttachError(`Cannot read memory of pid:${pid}: it is another process by now, that of before has ended`);
  }
  const takenAtMs = Date.now();
  const areas = areasOf(view.smapsText());
  const uses = usesOf(areas, memory.executable.path, view.stackPointers());
  const of = (...wanted: AreaUse[]) => areas.filter((_, at) => wanted.includes(uses[at]!));
  const unknown: string[] = [];
  const held = new HeldAreas(view);
  const layout = orReason(() => layoutOf(memory.executable), unknown);
  const spaces =
    layout &&
    spacesOf(of('v8'), layout, {
      heldOf: (area) => held.of(area),
      read: (address, byteLength) => view.read(address, byteLength),
    });
  let snapshotEntries = 0;
  const malloc = readMalloc(view, { brk: of('brk'), arenas: of('arena'), anonymous: of('anonymous') }, (bytes) => {
    snapshotEntries += entriesIn(bytes);
  });
  const outside = {
    areas: of('brk', 'arena', 'anonymous', 'wasm'),
    uses: new Map(areas.map((area, at) => [area, uses[at]!])),
  };
  const heap =
    walk && layout
      ? await orReason<Promise<HeapReading>>(() => readHeap(memory, layout, outside, held, mostHeapBytes), unknown)
      : undefined;
  if (!view.lives()) throw new DetachedError(`Cannot read memory of pid:${pid}: it ended while it was read`);
  return {
    pid,
    takenAtMs,
    rssBytes: sum(areas.map(({ rssBytes }) => rssBytes)),
    peakBytes: (Number.parseInt(statusField(pid, 'VmHWM'), 10) || 0) * KIB,
    swapBytes: sum(areas.map(({ swapBytes }) => swapBytes)),
    threads: Number(statusField(pid, 'Threads')) || 0,
    uses: byUse(areas, uses),
    ...(spaces && { spaces }),
    malloc,
    ...(heap && { heap }),
    snapshotEntries,
    unknown,
  };
}

/** Undefined, and a line why, where the heap is not one that can be read. */
function orReason<T>(read: () => T, unknown: string[]): T | undefined {
  try {
    const result = read();
    return result instanceof Promise ? (result.catch((error) => reasonOf(error, unknown)) as T) : result;
  } catch (error) {
    return reasonOf(error, unknown);
  }
}

function reasonOf(error: unknown, unknown: string[]): undefined {
  if (!(error instanceof LayoutRefusal)) throw error;
  unknown.push(error.message);
  return undefined;
}

function byUse(areas: readonly Area[], uses: readonly AreaUse[]): Partial<Record<AreaUse, number>> {
  const sums: Partial<Record<AreaUse, number>> = {};
  for (const [at, { rssBytes }] of areas.entries()) sums[uses[at]!] = (sums[uses[at]!] ?? 0) + rssBytes;
  return sums;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
