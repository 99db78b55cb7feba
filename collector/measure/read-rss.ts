/** RSS taken apart of what a command line names: a process of this machine by its number or its inspector. */
import { attach } from '../../agent/attach/agent.ts';
import { localPid } from '../../agent/attach/local-process.ts';
import { parseTarget } from '../../agent/base/target.ts';
import { rss } from '../../agent/probe/rss.ts';
import { gauges } from '../../agent/probe/usage.ts';
import { memoryOfPid } from '../../agent/probe/walked-memory.ts';
import { type Room, roomUnder } from '../../agent/process/headroom.ts';
import type { MemoryReport } from '../../protocol/memory.ts';
import { UsageError } from '../terminal/exit.ts';

/** @throws AttachError; UsageError for what is no process of this machine */
export async function rssOfTarget(
  target: string,
  options: { readonly walk: boolean },
  signal: AbortSignal,
): Promise<MemoryReport> {
  const parsed = parseTarget(target);
  if (parsed.kind === 'pid') return await ofPid(parsed.pid, target, options, signal);
  if (parsed.kind === 'file' || parsed.kind === 'collector') {
    throw new UsageError(
      `Cannot take RSS of ${target} apart: name a process of this machine, pid:N or its inspector's port`,
    );
  }
  await using agent = await attach(target, { signal });
  const pid = await localPid(agent);
  if (pid === null) {
    throw new UsageError(
      `Cannot take RSS of ${target} apart: it is not a process of this machine, run heapwatch beside it`,
    );
  }
  const isolates = (await agent.isolates()).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const heapRooms: Room[] = [];
  for (const isolate of isolates) {
    const { heapLimitBytes, heapUsedBytes } = await gauges(await agent.isolate(isolate), { signal });
    if (heapLimitBytes > 0)
      heapRooms.push(roomUnder(heapLimitBytes, heapUsedBytes, `V8's limit of its heap (${isolate})`));
  }
  return await rss(await placeOf(pid), { target, isolates, heapRooms, signal, ...options });
}

async function ofPid(
  pid: number,
  target: string,
  options: { readonly walk: boolean },
  signal: AbortSignal,
): Promise<MemoryReport> {
  return await rss(await placeOf(pid), { target, signal, ...options });
}

async function placeOf(pid: number): Promise<{ pid: number; startTicks?: number }> {
  const place = await memoryOfPid(pid);
  return 'pid' in place ? place : { pid };
}
