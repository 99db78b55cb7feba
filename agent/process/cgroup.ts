/** What the control groups of a process leave it of memory; cgroup-view.ts says where they are seen. */
import { join } from 'node:path';
import { memoryCgroup, type View } from './cgroup-view.ts';
import { isLimit, type Room, roomUnder } from './headroom.ts';
import type { ReadFiles } from './system-files.ts';

/** One limit of a group, and what counts against it. */
interface LimitFiles {
  readonly limit: string;
  readonly used: string;
}

interface Version {
  readonly limits: readonly LimitFiles[];
  /** Of memory.stat: page cache that the kernel gives up before it kills. */
  readonly cache: string;
  /** What is in swap comes back when the heap is walked: a file of its own, or a line of memory.stat. */
  readonly swap: { readonly file: string } | { readonly line: string };
  /** Of the limit that swap comes on top of: its file, and the file of what swap there may be, or of both together. */
  readonly swapped: { readonly limit: string; readonly swap: string; readonly isBoth: boolean };
}

// memory.high does not kill: it brakes, until hardly anything runs
const V2: Version = {
  limits: [
    { limit: 'memory.max', used: 'memory.current' },
    { limit: 'memory.high', used: 'memory.current' },
  ],
  cache: 'inactive_file',
  swap: { file: 'memory.swap.current' },
  swapped: { limit: 'memory.max', swap: 'memory.swap.max', isBoth: false },
};
const V1: Version = {
  limits: [
    { limit: 'memory.limit_in_bytes', used: 'memory.usage_in_bytes' },
    { limit: 'memory.memsw.limit_in_bytes', used: 'memory.memsw.usage_in_bytes' },
  ],
  cache: 'total_inactive_file',
  swap: { line: 'total_swap' },
  swapped: { limit: 'memory.limit_in_bytes', swap: 'memory.memsw.limit_in_bytes', isBoth: true },
};
const VERSIONS = { 1: V1, 2: V2 } as const;
/** Of memory.stat in version 1: the tightest of its own and of all above it, also of those that no mount shows. */
const HIERARCHY = 'hierarchical_memory_limit';

export interface CgroupRooms {
  /** Under the limit of each group that the process is in, its own and those above it; a group that sets none is left out. */
  readonly rooms: readonly Room[];
  /** Its group, where its limits cannot be seen. */
  readonly hidden?: string;
}

/** @param pid of a process that `read` shows, or `self` of one that reads for itself */
export async function cgroupRooms(pid: number | 'self', read: ReadFiles): Promise<CgroupRooms> {
  const group = await memoryCgroup(pid, read);
  if (group === 'unknown') return { rooms: [], hidden: group };
  if (!group) return { rooms: [] };
  const version = VERSIONS[group.version];
  const freeSwapBytes =
    Number(/^SwapFree:\s+(\d+) kB$/m.exec((await read(['/proc/meminfo']))[0] ?? '')?.[1] ?? 0) * 1_024;
  for (const view of group.views) {
    const rooms = await roomsIn(version, view, { read, freeSwapBytes });
    if (rooms) return { rooms };
  }
  return { rooms: [], hidden: group.path };
}

/** Null where the group's own gauges cannot be read there. */
async function roomsIn(
  version: Version,
  { top, below }: View,
  { read, freeSwapBytes }: { readonly read: ReadFiles; readonly freeSwapBytes: number },
): Promise<Room[] | null> {
  const names = version.limits.flatMap(({ limit, used }) => [limit, used]);
  const files = [
    ...new Set([...names, version.swapped.swap]),
    'memory.stat',
    ...('file' in version.swap ? [version.swap.file] : []),
  ];
  const depths = [...below.keys(), below.length];
  const texts = await read(
    depths.flatMap((depth) => files.map((file) => join(top, below.slice(0, depth).join('/'), file))),
  );
  const groups = depths.map((depth) => ({
    path: `/${below.slice(0, depth).join('/')}`,
    file: new Map(files.map((file, at) => [file, texts[depth * files.length + at] ?? null])),
  }));
  // the root of all groups has no limit, and in version 2 no file for one
  if (groups.at(-1)?.file.get('memory.stat') == null) return null;
  return groups.flatMap(({ path, file }) => roomsOf(version, path, { file, freeSwapBytes }));
}

interface GroupFiles {
  readonly file: ReadonlyMap<string, string | null>;
  /** The machine's. */
  readonly freeSwapBytes: number;
}

function roomsOf(version: Version, path: string, { file, freeSwapBytes }: GroupFiles): Room[] {
  const stat = file.get('memory.stat') ?? '';
  const swapBytes = 'file' in version.swap ? numberOf(file.get(version.swap.file)) : line(stat, version.swap.line);
  const cacheBytes = line(stat, version.cache);
  const rooms = version.limits.flatMap(({ limit, used }): Room[] => {
    const limitBytes = Number(file.get(limit) ?? Number.NaN); // `max` where there is none
    if (!isLimit(limitBytes)) return [];
    const countsSwap = limit.includes('memsw');
    const usedBytes = numberOf(file.get(used)) - cacheBytes + (countsSwap ? 0 : swapBytes);
    const room = roomUnder(limitBytes, usedBytes, `${limit} of cgroup ${path}`);
    const moreBytes = limit === version.swapped.limit ? swapAllowed(version, file, limitBytes) : 0;
    const swap = Math.min(moreBytes, freeSwapBytes + swapBytes);
    if (swap <= 0) return [room];
    const allBytes = limitBytes + swap;
    return [{ ...room, withSwap: { bytes: Math.max(0, allBytes - usedBytes), limitBytes: allBytes } }];
  });
  const aboveBytes = version === V1 ? line(stat, HIERARCHY) : 0;
  const isTold = rooms.some(({ limitBytes }) => limitBytes !== undefined && limitBytes <= aboveBytes);
  if (path !== '/' || !isLimit(aboveBytes) || isTold) return rooms;
  // what else is in the group that sets it is not seen
  const usedBytes = numberOf(file.get('memory.usage_in_bytes')) - cacheBytes + swapBytes;
  return [...rooms, roomUnder(aboveBytes, usedBytes, `${HIERARCHY} of cgroup ${path}`)];
}

/** Infinity where only the machine limits it; 0 where it is not told. */
function swapAllowed({ swapped }: Version, file: GroupFiles['file'], limitBytes: number): number {
  const text = file.get(swapped.swap);
  if (text === null || text === undefined) return 0;
  const bytes = Number(text);
  if (text.trim() !== '0' && !isLimit(bytes)) return Number.POSITIVE_INFINITY;
  return swapped.isBoth ? Math.max(0, bytes - limitBytes) : bytes;
}

function line(stat: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
}

function numberOf(text: string | null | undefined): number {
  return Number(text ?? 0) || 0;
}
