/**
 * Where the memory of an attached target of this machine is, for one who asks again and again. It is read from outside and runs
 * on; one reading at a time in this process, since each holds a copy of a heap.
 */
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { TargetMemory } from '../../protocol/memory.ts';
import type { Agent } from '../attach/agent.ts';
import { memoryOfAgent } from './agent-walk.ts';
import { rss } from './rss.ts';

/** A larger heap is not walked: then it is not told who holds memory outside of it. */
const MOST_HEAP_BYTES = 256 * 2 ** 20;

let isReading = false;

export interface MemoryContext {
  readonly target: string;
  readonly signal?: AbortSignal;
}

/**
 * Null where its memory cannot be seen from here; `busy` while that of another is read.
 * @throws AttachError where it may not be read; DetachedError where it ends meanwhile
 */
export async function targetMemory(
  agent: Agent,
  { target, signal }: MemoryContext,
): Promise<TargetMemory | 'busy' | null> {
  if (isReading) return 'busy';
  isReading = true;
  try {
    const place = await memoryOfAgent(agent);
    if (place === null || !('pid' in place)) return null;
    const isolates = (await agent.isolates()).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const beganMs = performance.now();
    const report = await rss(place, {
      target,
      isolates,
      mostHeapBytes: MOST_HEAP_BYTES,
      ...(signal && { signal }),
    });
    const { takenAt, rssBytes, swapBytes, parts, verdict } = report;
    const tookMs = Math.round(performance.now() - beganMs);
    return { target, ...incarnationOf(agent.identity), takenAt, rssBytes, swapBytes, parts, verdict, tookMs };
  } finally {
    isReading = false;
  }
}
