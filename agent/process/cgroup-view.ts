/**
 * Where the memory control group of a process can be seen: versions 1 and 2, from its own cgroup namespace or another.
 *
 *     /proc/PID/cgroup     4:memory:/../app     its group, as it is called from the reader's cgroup namespace
 *     mountinfo            /..  /sys/fs/cgroup  which group is mounted where, in the same words
 *                          └─ beneath it: /sys/fs/cgroup/app and what is above it, as far up as the mount shows
 *
 *     4:memory:/../app/web  beside  /../../..   one up from ours, mounted three up: the two names between are not known;
 *                                               the group is searched that has app/web with the process in it
 *
 * Where the reader's own mounts do not show the group (a container beside it), the process's may: /proc/PID/root leads there.
 */
import { join } from 'node:path';
import type { ReadFiles } from './system-files.ts';

/** The memory group of a process. */
export interface MemoryCgroup {
  readonly version: 1 | 2;
  readonly path: string;
  /** The best first: the reader's own. */
  readonly views: readonly View[];
}

/** Where a group can be seen. */
export interface View {
  /** The folder of the topmost group that is mounted there. */
  readonly top: string;
  /** From there down to the group. */
  readonly below: readonly string[];
}

/** `unknown`: nothing says it. Null: its kernel counts no memory by groups. @param pid as in cgroup.ts */
export async function memoryCgroup(pid: number | 'self', read: ReadFiles): Promise<MemoryCgroup | 'unknown' | null> {
  const [groups, ourMounts, itsMounts] = await read([
    `/proc/${pid}/cgroup`,
    '/proc/self/mountinfo',
    `/proc/${pid}/mountinfo`,
  ]);
  if (groups === null || groups === undefined) return 'unknown';
  const group = groupOf(groups);
  if (!group) return null;
  const mounts = [...mountsOf(group, ourMounts ?? '', ''), ...mountsOf(group, itsMounts ?? '', `/proc/${pid}/root`)];
  const path = wordsOf(group.path);
  const views: View[] = [];
  for (const { root, top } of mounts) {
    const below = beneath(root, path) ?? (await searched(top, root, { path, pid, read }));
    if (below) views.push({ top, below });
  }
  return { ...group, views };
}

/** Where the reader's namespace has fewer names than there are groups above it: see above. Undefined where it is not that, or not found. */
async function searched(
  top: string,
  root: readonly string[],
  { path, pid, read }: { readonly path: readonly string[]; readonly pid: number | 'self'; readonly read: ReadFiles },
): Promise<string[] | undefined> {
  const [above, up] = [upOf(root), upOf(path)];
  const rest = path.slice(up);
  if (!read.folders || pid === 'self' || above < root.length || up >= above || rest.includes('..')) return undefined;
  let found: string[][] = [[]];
  for (let depth = up; depth < above; depth++) {
    const deeper: string[][] = [];
    for (const names of found) {
      for (const name of await read.folders(join(top, names.join('/')))) deeper.push([...names, name]);
      if (deeper.length > MOST_SEARCHED) return undefined;
    }
    found = deeper;
  }
  const lists = await read(found.map((names) => join(top, [...names, ...rest].join('/'), 'cgroup.procs')));
  const at = lists.findIndex((list) => list?.split('\n').includes(`${pid}`));
  return at < 0 ? undefined : [...found[at]!, ...rest];
}

function upOf(words: readonly string[]): number {
  const first = words.findIndex((word) => word !== '..');
  return first < 0 ? words.length : first;
}

type Group = Omit<MemoryCgroup, 'views'>;

/** Of groups that may be it. */
const MOST_SEARCHED = 4_000;

const MOUNT_TYPES = { 1: 'cgroup', 2: 'cgroup2' } as const;

/** `4:memory:/app` is of version 1, `0::/app` of version 2; where both are there, memory is counted by the first. */
function groupOf(text: string): Group | null {
  const first = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(text)?.[1];
  if (first !== undefined) return { version: 1, path: first };
  const second = /^0::(.*)$/m.exec(text)?.[1];
  return second === undefined ? null : { version: 2, path: second };
}

/** Where groups of that version are mounted, and which of them is at the top there. */
function mountsOf({ version }: Group, mountinfo: string, prefix: string): { root: string[]; top: string }[] {
  const found: { root: string[]; top: string }[] = [];
  for (const line of mountinfo.split('\n')) {
    const mount = mountOf(line);
    if (!mount || mount.type !== MOUNT_TYPES[version]) continue;
    if (version === 1 && !mount.options.split(',').includes('memory')) continue;
    found.push({ root: wordsOf(mount.root), top: join(prefix, mount.point) });
  }
  return found;
}

/** `36 35 0:31 ROOT POINT rw,… shared:1 - TYPE SOURCE OPTIONS`, a space in a path written `\040`. */
function mountOf(line: string): { root: string; point: string; type: string; options: string } | null {
  const [, root, point, type, options] = /^\d+ \d+ \S+ (\S+) (\S+) .* - (\S+) \S+ (\S+)$/.exec(line) ?? [];
  if (root === undefined || point === undefined || type === undefined || options === undefined) return null;
  const plain = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
  return { root: plain(root), point: plain(point), type, options };
}

function wordsOf(path: string): string[] {
  return path.split('/').filter((word) => word !== '');
}

/** What leads from one group down to another; undefined where the other is not beneath it. */
function beneath(top: readonly string[], path: readonly string[]): string[] | undefined {
  const below = path.slice(top.length);
  return top.every((word, at) => path[at] === word) && !below.includes('..') ? below : undefined;
}
