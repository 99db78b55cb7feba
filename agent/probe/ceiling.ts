/** The nearest limit of a process's memory, as its gauges tell it: read again and again, so it is asked for little. */
import type { MemoryCeiling } from '../../protocol/ceiling.ts';
import type { Agent } from '../attach/agent.ts';
import { localPid } from '../attach/local-process.ts';
import { nativeNumber } from '../cdp/own-process.ts';
import type { SendOptions } from '../cdp/session.ts';
import { isLimit, type Room, roomUnder, tightestFirst, untilKilled } from '../process/headroom.ts';
import { processRooms } from '../process/process-rooms.ts';
import { readHere } from '../process/system-files.ts';

/** How long a reading is good for. */
const FRESH_MS = 1_000;

interface Known {
  readonly atMs: number;
  readonly ceiling: MemoryCeiling | undefined;
}

const known = new WeakMap<Agent, Known>();
const constrained = new WeakMap<Agent, Promise<number>>();

/**
 * Undefined where it is not known: its group cannot be seen, or it is on another machine and its Node does not tell.
 * @param rssBytes its own, for a limit of which Node tells no more
 */
export async function nearestCeiling(
  agent: Agent,
  rssBytes: number,
  options: SendOptions = {},
): Promise<MemoryCeiling | undefined> {
  const before = known.get(agent);
  if (before && performance.now() - before.atMs < FRESH_MS) return before.ceiling;
  const pid = await localPid(agent);
  const { rooms, hidden } = pid === null ? { rooms: [], hidden: '' } : await processRooms(pid, readHere);
  const told = hidden === undefined ? [] : await toldRooms(agent, rssBytes, options);
  const all = hidden === undefined || told.length > 0 ? [...rooms, ...told] : [];
  const [nearest] = tightestFirst(all.map(untilKilled));
  const ceiling = nearest && ceilingOf(nearest);
  known.set(agent, { atMs: performance.now(), ceiling });
  return ceiling;
}

export function ceilingOf({ source, bytes, limitBytes }: Room): MemoryCeiling {
  return {
    source,
    leftBytes: Math.round(bytes),
    ...(limitBytes !== undefined && { limitBytes: Math.round(limitBytes) }),
  };
}

/** What Node says of its limit, asked once: it does not change while it runs, as far as Node knows. */
async function toldRooms(agent: Agent, rssBytes: number, options: SendOptions): Promise<Room[]> {
  const asked = constrained.get(agent) ?? askConstrained(agent, options);
  constrained.set(agent, asked);
  const limitBytes = await asked;
  return isLimit(limitBytes) ? [roomUnder(limitBytes, rssBytes, 'process.constrainedMemory()')] : [];
}

async function askConstrained(agent: Agent, options: SendOptions): Promise<number> {
  return (await nativeNumber(agent.session, 'constrainedMemory', options)) ?? 0;
}
