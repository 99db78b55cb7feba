/**
 * Whether the kernel has ended a process because memory ran out: it counts such kills for the process's control group.
 *
 *     before   countKills(pid)    memory.oom_control (1) or memory.events (2): `oom_kill 0`
 *     after    killsSince(count)  `oom_kill 1`
 *
 * A count of a group that others are in too says that one of them was killed; of a process that is gone it is the answer.
 * Read at once, since it is asked for when a connection has just ended: the files are small, and of the kernel's memory.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryCgroup } from './cgroup-view.ts';
import { type ReadFiles, readHere } from './system-files.ts';

/** How many the kernel has killed in a group. */
export interface KillCount {
  /** As the process calls its group, `/app`. */
  readonly group: string;
  readonly file: string;
  readonly kills: number;
}

const FILES = { 1: 'memory.oom_control', 2: 'memory.events' } as const;

/** The count of the group that a process of this machine is in; null where its kernel, or its container, does not show one. */
export async function countKills(pid: number, read: ReadFiles = readHere): Promise<KillCount | null> {
  const group = await memoryCgroup(pid, read);
  if (group === null || group === 'unknown') return null;
  for (const { top, below } of group.views) {
    const file = join(top, below.join('/'), FILES[group.version]);
    const kills = killsIn(file);
    if (kills !== null) return { group: group.path, file, kills };
  }
  return null;
}

/** How many have been killed since; 0 where that can no longer be read (a group that has been removed). */
export function killsSince({ file, kills }: KillCount): number {
  return Math.max(0, (killsIn(file) ?? 0) - kills);
}

function killsIn(file: string): number | null {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
    return count === undefined ? null : Number(count);
  } catch {
    return null; // not there, not for us, or gone
  }
}
