/**
 * Whether V8 may be had pause before it gives up the main isolate (oom-pause.ts). Until the program comes to a point where it can
 * pause, V8 lets the heap have four times its limit: a long JSON.parse does use that, on 18 to 26. So it has to fit.
 */
import { humanSize } from '../../protocol/human.ts';
import type { Usage } from '../../protocol/partition.ts';
import type { Agent } from '../attach/agent.ts';
import { localPid } from '../attach/local-process.ts';
import { MAIN } from '../cdp/isolate-name.ts';
import type { SendOptions } from '../cdp/session.ts';
import { flagValue } from '../process/node-flags.ts';
import { ProcessError, readProcess } from '../process/process.ts';
import { footprint } from './footprint.ts';
import { oldSpace, readHeadroom } from './read-headroom.ts';

/** V8 gives the heap so many times its limit while a debugger is there (HeapLimitForDebugging). */
const RAISED_TIMES = 4;
const OWN_SNAPSHOT = '--heapsnapshot-near-heap-limit';

/** How full the old space of the main isolate is, by its used heap; 0 where its limit is not known. */
export async function fullRatio(agent: Agent, { heapUsedBytes }: Usage, options: SendOptions = {}): Promise<number> {
  const limitBytes = await oldSpace(agent, MAIN, await agent.isolate(MAIN), options);
  return limitBytes === 0 ? 0 : heapUsedBytes / limitBytes;
}

/** What stands against it, for people; null: nothing. @throws as Session.send does */
export async function armObstacle(
  agent: Agent,
  { heapLimitBytes }: Pick<Usage, 'heapLimitBytes'>,
  options: SendOptions = {},
): Promise<string | null> {
  if (await writesOwnSnapshot(agent)) return `Node writes a heap snapshot there by itself (${OWN_SNAPSHOT})`;
  const session = await agent.isolate(MAIN);
  const now = await footprint(session, options);
  const { memory, unknown } = await readHeadroom(agent, { isolate: MAIN, now, withHeap: false }, options);
  const [nearest] = memory;
  if (unknown !== undefined) return unknown;
  if (nearest === undefined) return 'what is left of memory is not known';
  const neededBytes = Math.max(0, RAISED_TIMES * heapLimitBytes - now.heapUsedBytes);
  if (nearest.bytes >= neededBytes) return null;
  return `V8 would let its heap have ${humanSize(neededBytes)} more until it pauses, and ${nearest.source} leaves ${humanSize(nearest.bytes)}`;
}

async function writesOwnSnapshot(agent: Agent): Promise<boolean> {
  const pid = await localPid(agent);
  if (pid === null) return false;
  try {
    return flagValue((await readProcess(pid)).flags.words, OWN_SNAPSHOT) !== undefined;
  } catch (error) {
    if (error instanceof ProcessError) return false; // it has ended
    throw error;
  }
}
