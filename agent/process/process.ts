/** What Linux's /proc tells of a process of this machine, without touching it. */
import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { executableOf } from './executable.ts';
import { commandWords, type NodeFlags, nodeFlags } from './node-flags.ts';

export interface LocalProcess {
  readonly pid: number;
  /** Its pid as it sees it itself: another one inside a container. */
  readonly ownPid: number;
  readonly parentPid: number;
  readonly command: readonly string[];
  /** Options of Node, by NODE_OPTIONS and its command line. */
  readonly flags: NodeFlags;
  /** What /proc/PID/exe leads to, ` (deleted)` behind it where the file has gone. */
  readonly exe: string;
  /** Its program is Node's, by what is in it, whatever its name. */
  readonly isNode: boolean;
  /** One letter: R runs, S sleeps, T stopped, Z ended but not reaped. */
  readonly state: string;
  readonly startedAtMs: number;
  /** The same in ticks since boot, exactly: with the pid it names a process for good. */
  readonly startTicks: number;
  /** What of its memory is in the machine's; 0 of one that has ended. */
  readonly rssBytes: number;
  /** What would become of a SIGUSR1. */
  readonly sigusr1: 'caught' | 'blocked' | 'ignored' | 'deadly';
  /** It is in the same network as we: its loopback is ours. */
  readonly sharesNetwork: boolean;
}

/** A process that cannot be read; its message completes "Cannot attach to pid:1: ". */
export class ProcessError extends Error {
  override name = 'ProcessError';
}

function assertLinux(): void {
  if (process.platform === 'linux') return;
  throw new ProcessError(
    `processes are found through /proc, which ${process.platform} lacks; start with --inspect, give the port`,
  );
}

/** Ids of all processes that this one can see. */
export async function processIds(): Promise<number[]> {
  assertLinux();
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** @throws ProcessError if it does not exist, or belongs to somebody else. */
export async function readProcess(pid: number): Promise<LocalProcess> {
  assertLinux();
  try {
    const [status, stat, command, exe, network, ownNetwork] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readlink(`/proc/${pid}/exe`),
      readlink(`/proc/${pid}/ns/net`),
      readlink('/proc/self/ns/net'),
    ]);
    const startTicks = ticksOf(stat);
    const { isNode } = await executableOf(pid, exe);
    return {
      pid,
      ownPid: Number(field(status, 'NSpid').split(/\s+/).at(-1)),
      parentPid: Number(field(status, 'PPid')),
      command: commandWords(command),
      flags: isNode ? await nodeFlags(pid, command, exe) : { words: [], whole: true },
      exe,
      isNode,
      state: field(status, 'State')[0],
      startedAtMs: await instantOf(startTicks),
      startTicks,
      rssBytes: (Number.parseInt(field(status, 'VmRSS'), 10) || 0) * KIB,
      sigusr1: sigusr1Of(status),
      sharesNetwork: network === ownNetwork,
    };
  } catch (cause) {
    throw new ProcessError(await unreadable(pid, cause as NodeJS.ErrnoException), { cause });
  }
}

/** The command line of a process that may not be read otherwise; empty if even that is hidden or the process has gone. */
export async function commandOf(pid: number): Promise<string[]> {
  try {
    return commandWords(await readFile(`/proc/${pid}/cmdline`, 'utf8'));
  } catch (error) {
    if (isGone(error as NodeJS.ErrnoException) || (error as NodeJS.ErrnoException).code === 'EACCES') return [];
    throw error;
  }
}

/** Inodes of the sockets that a process holds. @throws ProcessError */
export async function socketInodes(pid: number | 'self'): Promise<Set<number>> {
  const inodes = new Set<number>();
  try {
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(await linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(Number(inode));
    }
  } catch (cause) {
    throw new ProcessError(await unreadable(Number(pid), cause as NodeJS.ErrnoException), { cause });
  }
  return inodes;
}

/** This process's own id in the /proc that is mounted here, which may be another pid namespace's than its own. */
export function ownProcPid(): number {
  return Number(readlinkSync('/proc/self'));
}

/** What of a process may change until it is signalled, read in one tick; undefined if it has gone. */
export function momentOf(pid: number): Pick<LocalProcess, 'startTicks' | 'state' | 'sigusr1'> | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const startTicks = ticksOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { startTicks, state: field(status, 'State')[0] as string, sigusr1: sigusr1Of(status) };
  } catch (error) {
    if (isGone(error as NodeJS.ErrnoException)) return undefined;
    throw error;
  }
}

/** What a process calls itself, which is another pid in a namespace of its own; undefined if it has gone, or is out of reach. */
export function ownPidOf(pid: number): number | undefined {
  try {
    return Number(
      field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'NSpid')
        .split(/\s+/)
        .at(-1),
    );
  } catch (error) {
    if (isGone(error as NodeJS.ErrnoException) || (error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}

/** Who started a process, or has taken it over since; undefined if it has gone, or is out of reach. */
export function parentPidOf(pid: number): number | undefined {
  try {
    return Number(field(readFileSync(`/proc/${pid}/status`, 'utf8'), 'PPid'));
  } catch (error) {
    if (isGone(error as NodeJS.ErrnoException) || (error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}

/** When a process began, in ticks since boot; undefined if it has gone. */
export function startTicksOf(pid: number): number | undefined {
  return momentOf(pid)?.startTicks;
}

const KIB = 1_024;
const SIGUSR1_BIT = 9n;

function sigusr1Of(status: string): LocalProcess['sigusr1'] {
  const has = (name: string) => ((BigInt(`0x${field(status, name)}`) >> SIGUSR1_BIT) & 1n) === 1n;
  if (has('SigBlk')) return 'blocked';
  if (has('SigCgt')) return 'caught';
  return has('SigIgn') ? 'ignored' : 'deadly';
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? '';
}

/** /proc counts in ticks of 1/100 s since boot, whatever the kernel's own. */
const TICKS_PER_SECOND = 100;

function ticksOf(stat: string): number {
  // the name is in brackets and may hold any character; the 22nd field is the 20th behind it
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

async function instantOf(ticks: number): Promise<number> {
  const booted = Number(field((await readFile('/proc/stat', 'utf8')).replace(/^btime /m, 'btime: '), 'btime'));
  return (booted + ticks / TICKS_PER_SECOND) * 1000;
}

async function linkOf(path: string): Promise<string> {
  try {
    return await readlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''; // closed meanwhile
    throw error;
  }
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ESRCH';
}

/** Why a file of /proc/PID could not be read. */
export async function unreadable(pid: number, error: NodeJS.ErrnoException): Promise<string> {
  if (isGone(error)) return 'there is no such process';
  if (error.code !== 'EACCES' && error.code !== 'EPERM') return error.message;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const uid = field(status, 'Uid').split(/\s+/)[0];
  return `permission denied, run as its user${uid && ` (uid ${uid})`} or as root`;
}
