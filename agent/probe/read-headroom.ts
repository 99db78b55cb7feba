/**
 * Reads what a target has left of memory: by what the system tells of it, from outside where it runs here and by its own eyes
 * elsewhere, and by what its Node says. All that is known counts, the tightest first; what is not known is said to be unknown.
 *
 *     system   cgroup (1, 2) · ulimit -d, -v against VmData, VmSize · MemAvailable of the machine
 *     Node     process.constrainedMemory() less RSS · process.availableMemory()
 *     V8       its limit for its old space less the used heap
 */
import { z } from 'zod';
import { minOf } from '../../protocol/extremes.ts';
import type { Agent } from '../attach/agent.ts';
import { localPid } from '../attach/local-process.ts';
import { evaluate } from '../cdp/evaluate.ts';
import { MAIN } from '../cdp/isolate-name.ts';
import { nativeNumber } from '../cdp/own-process.ts';
import type { SendOptions, Session } from '../cdp/session.ts';
import type { Footprint } from '../price/footprint.ts';
import { type HeapFlags, heapFlagsIn, oldSpaceLimit } from '../price/old-space.ts';
import { type Headroom, isLimit, type Room, roomUnder, tightestFirst } from '../process/headroom.ts';
import { optionWords } from '../process/node-flags.ts';
import { processRooms } from '../process/process-rooms.ts';
import { readHere } from '../process/system-files.ts';
import { filesOf } from './target-files.ts';
import { gauges } from './usage.ts';

/**
 * V8 gives up a process whose old space is fuller than this after four collections that took most of the time; a census
 * collects up to seven times on end, and then puts all objects into an array there. (A snapshot was survived at 92 %, on 20 and
 * 26.) (https://github.com/v8/v8/blob/main/src/heap/heap.cc, CheckIneffectiveMarkCompact)
 */
const FULL_RATIO = 0.8;
const FULL = "80 % of V8's limit for its old space, above which V8 ends a process that collects in vain";

/**
 * @param now the isolate's gauges, just read
 * @param withHeap V8's limit too: to read it the first time leaves a few objects behind
 */
export async function readHeadroom(
  agent: Agent,
  { isolate, now, withHeap }: { readonly isolate: string; readonly now: Footprint; readonly withHeap: boolean },
  options: SendOptions = {},
): Promise<Headroom> {
  const session = await agent.isolate(isolate);
  const memory = await memoryRooms(agent, session, now, options);
  if (!withHeap) return memory;
  const limitBytes = await oldSpace(agent, isolate, session, options);
  if (limitBytes === 0) return memory; // V8's limit is not known: of a page it is some gigabytes
  return { ...memory, heap: roomUnder(limitBytes * FULL_RATIO, now.heapUsedBytes, FULL) };
}

async function memoryRooms(agent: Agent, session: Session, now: Footprint, options: SendOptions): Promise<Headroom> {
  const pid = await localPid(agent);
  const { rooms, hidden } =
    pid === null
      ? await processRooms('self', (paths) => filesOf(session, paths, options))
      : await processRooms(pid, readHere);
  const told = await roomsByAsking(session, now, options);
  const memory = tightestFirst([...rooms, ...beyond(rooms, told.rooms)]);
  if (hidden === undefined || told.isWhole) return { memory };
  return { memory, unknown: unknownReason(agent, pid, hidden) };
}

/** Of what Node tells, what the system has not: its figures for the same limit are less exact. */
function beyond(rooms: readonly Room[], told: readonly Room[]): Room[] {
  const leastBytes = minOf(rooms.map(({ limitBytes }) => limitBytes ?? Number.POSITIVE_INFINITY));
  return told.filter(({ limitBytes }) => (limitBytes === undefined ? rooms.length === 0 : limitBytes < leastBytes));
}

function unknownReason({ identity: { nodeVersion } }: Agent, pid: number | null, hidden: string): string {
  const group =
    pid === null ? 'it does not show its control group' : `its control group (${hidden}) is not visible from here`;
  return `${group}, and Node ${nodeVersion} does not tell`;
}

const PLATFORM = "typeof process === 'object' ? process?.platform : ''";

// one that does not tell may have any
const Platform = z.string().max(100).catch('');

interface ToldRooms {
  readonly rooms: readonly Room[];
  /** There is no other limit: it has named one, or its system has no control groups. */
  readonly isWhole: boolean;
}

/**
 * That Node tells no limit does not mean that there is none: it looks for its group by the name that it has there, also where
 * another one is mounted under that name.
 */
async function roomsByAsking(session: Session, { rssBytes }: Footprint, options: SendOptions): Promise<ToldRooms> {
  const constrained = (await nativeNumber(session, 'constrainedMemory', options)) ?? 0;
  const available = (await nativeNumber(session, 'availableMemory', options)) ?? 0;
  const platform = await evaluate(session, 'platform', PLATFORM, Platform, options);
  const isGrouped = /^(?:linux|android)?$/.test(platform);
  const rooms = [
    ...(isLimit(constrained) ? [roomUnder(constrained, rssBytes ?? 0, 'process.constrainedMemory()')] : []),
    ...(isLimit(available) ? [{ bytes: available, source: 'process.availableMemory()' }] : []),
  ];
  return { rooms, isWhole: isLimit(constrained) || !isGrouped };
}

const oldSpaces = new WeakMap<Session, number>();

/** V8's limit of the old space, 0 where that is not known. It does not change: read once a session. */
export async function oldSpace(agent: Agent, isolate: string, session: Session, options: SendOptions): Promise<number> {
  const known = oldSpaces.get(session);
  if (known !== undefined) return known;
  const { heapLimitBytes } = await gauges(session, options);
  if (heapLimitBytes === 0) return 0;
  const flags = await heapFlags(isolate === MAIN ? session : agent.session, options);
  const ofProcess = oldSpaceLimit(heapLimitBytes, flags, agent.identity.nodeVersion);
  const isWorkers = isolate !== MAIN && flags.oldSpaceMb === undefined;
  const limitBytes = isWorkers ? Math.min(heapLimitBytes, await ofWorker(session, options)) : ofProcess;
  oldSpaces.set(session, limitBytes);
  return limitBytes;
}

// text, as above; NODE_OPTIONS comes first, so that the last flag counts
const FLAGS =
  "typeof process === 'object' ? (process?.env?.NODE_OPTIONS ?? '') + '\\n' + (process?.execArgv ?? []).join('\\n') : ''";
const Flags = z.string().max(100_000).catch('');

async function heapFlags(session: Session, options: SendOptions): Promise<HeapFlags> {
  const [variable = '', ...words] = (await evaluate(session, 'flags', FLAGS, Flags, options)).split('\n');
  return heapFlagsIn([...optionWords(variable), ...words]);
}

// a worker has loaded the module; V8 gives it what it says there, unless a flag of the process says otherwise
const WORKER_LIMIT =
  "(process.getBuiltinModule ?? require)('node:worker_threads').resourceLimits.maxOldGenerationSizeMb";

async function ofWorker(session: Session, options: SendOptions): Promise<number> {
  const megabytes = await evaluate(session, 'heap limit', WORKER_LIMIT, z.number().positive(), {
    ...options,
    withRequire: true,
  });
  return megabytes * 2 ** 20;
}
