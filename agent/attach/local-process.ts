/**
 * A target that runs on this machine, as Linux's /proc shows it from outside: even while it is stopped.
 *
 * A pid that a target tells is its own name for itself: in two containers that share a network both have a pid 1. So a process
 * is the target only if it owns the socket that the target's inspector listens on, calls itself by that pid, began when the
 * target says that it began, and is not this one, unless it is watched from inside.
 */
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isLoopback } from '../base/loopback.ts';
import { ownPidOf, ownProcPid, ProcessError, processIds, readProcess, socketInodes } from '../process/process.ts';
import { isReachedAt, type TcpRow, tcpTable } from '../process/tcp-table.ts';
import type { Identity } from './identity.ts';

/** How far the start by a target's own clock and that in /proc, which counts whole seconds since boot, may lie apart. */
const SAME_START_MS = 2_500;

/** An attached target, as far as it has to be known here. */
export interface Located {
  readonly identity: Identity;
  readonly inspectorUrl: string;
}

const pids = new WeakMap<Located, Promise<number | null>>();

/** The target's pid here; null for one that is not here, or not proved to be: on another machine, in a container, behind a tunnel. */
export function localPid(agent: Located): Promise<number | null> {
  const known = pids.get(agent) ?? findPid(agent);
  pids.set(agent, known);
  return known;
}

async function findPid({ identity, inspectorUrl }: Located): Promise<number | null> {
  if (identity.isInside) return process.platform === 'linux' ? ownProcPid() : null;
  const { hostname, port } = new URL(inspectorUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (process.platform !== 'linux' || !isOwnAddress(host)) return null;
  const rows = (await tcpTable()).filter((row) => isReachedAt(row, host, Number(port)));
  if (rows.length === 0) return null;
  for await (const pid of processesCalled(identity.pid)) {
    if (await isTarget(pid, identity.startedAtMs, rows)) return pid;
  }
  return null;
}

/** Processes that call themselves by a pid: it is the same here, unless they are in a pid namespace of their own. */
async function* processesCalled(ownPid: number): AsyncIterable<number> {
  yield ownPid;
  for (const pid of await processIds()) {
    if (pid !== ownPid && ownPidOf(pid) === ownPid) yield pid;
  }
}

async function isTarget(pid: number, startedAtMs: number, rows: readonly TcpRow[]): Promise<boolean> {
  if (pid === ownProcPid()) return false;
  try {
    const found = await readProcess(pid);
    if (!found.isNode || !found.sharesNetwork || Math.abs(found.startedAtMs - startedAtMs) > SAME_START_MS)
      return false;
    const inodes = await socketInodes(pid);
    return rows.some(({ inode }) => inodes.has(inode));
  } catch (error) {
    if (error instanceof ProcessError) return false; // there is none of that pid here, or it is somebody else's
    throw error;
  }
}

function isOwnAddress(host: string): boolean {
  if (isLoopback(host)) return true;
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === host));
}

/** Bytes of a page; Linux has it so on all that Node supports by default, and /proc tells RSS in pages. */
const PAGE_BYTES = 4_096;
/** /proc counts CPU in ticks of 1/100 s. */
const TICK_MS = 10;

/** CPU milliseconds that the main thread has used, in steps of 10; null once the process has gone. */
export function mainThreadCpuMs(pid: number): number | null {
  const stat = read(`/proc/${pid}/task/${pid}/stat`);
  if (stat === null) return null;
  // the name is in brackets and may hold any character; user and system time are the 12th and 13th field behind it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Null once the process has gone. */
export function residentBytes(pid: number): number | null {
  const statm = read(`/proc/${pid}/statm`);
  return statm === null ? null : Number(statm.split(' ')[1]) * PAGE_BYTES;
}

/** At once, though the event loop waits for it: /proc is memory. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}
