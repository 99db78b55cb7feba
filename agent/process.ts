/** What Linux's /proc tells of a process of this machine, without touching it. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

export interface LocalProcess {
  readonly pid: number;
  /** Its pid as it sees it itself: another one inside a container. */
  readonly ownPid: number;
  readonly command: readonly string[];
  /** Its program is Node's. */
  readonly isNode: boolean;
  /** One letter: R runs, S sleeps, T stopped, Z ended but not reaped. */
  readonly state: string;
  readonly startedAtMs: number;
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

export function assertLinux(): void {
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
    return {
      pid,
      ownPid: Number(field(status, 'NSpid').split(/\s+/).at(-1)),
      command: command.split('\0').slice(0, -1),
      isNode: isNodeName(basename(exe.replace(/ \(deleted\)$/, ''))),
      state: field(status, 'State')[0],
      startedAtMs: await startOf(stat),
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
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  } catch (error) {
    if (isGone(error as NodeJS.ErrnoException) || (error as NodeJS.ErrnoException).code === 'EACCES') return [];
    throw error;
  }
}

/** `node`, `nodejs`, `node20`, `node-22`, but not `node_exporter`. */
export function isNodeName(name: string): boolean {
  return /^node(js)?[-.\d]*$/.test(name);
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

/**
 * Where the inspector of a process would listen if a signal opened it: the last of its `--inspect-port`, `--inspect`, … in
 * NODE_OPTIONS and command line. (A program can change it later by `process.debugPort`; that is not seen from outside.)
 */
export async function inspectPortOf({ pid, command }: LocalProcess): Promise<number> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''); // belongs to its user only
  const options = /(?:^|\0)NODE_OPTIONS=([^\0]*)/.exec(environment)?.[1].split(/\s+/) ?? [];
  return portIn([...options, ...command.slice(1)]);
}

/** The port in the flags of a Node; 9229 if none names one, 0 for any. */
export function portIn(words: readonly string[]): number {
  let port = 9229;
  for (const [at, word] of words.entries()) {
    const flag = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)(?:=(.*))?$/.exec(word);
    if (!flag) continue;
    const value = flag[1] ?? (/-port$/.test(word) ? (words[at + 1] ?? '') : '');
    const digits = /(?:^|:)(\d+)$/.exec(value)?.[1];
    if (digits !== undefined) port = Number(digits);
  }
  return port;
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

async function startOf(stat: string): Promise<number> {
  // the name stands in brackets and may hold any character; the 22nd field is the 20th behind it
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
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

async function unreadable(pid: number, error: NodeJS.ErrnoException): Promise<string> {
  if (isGone(error)) return 'there is no such process';
  if (error.code !== 'EACCES' && error.code !== 'EPERM') return error.message;
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const uid = field(status, 'Uid').split(/\s+/)[0];
  return `permission denied, run as its user${uid && ` (uid ${uid})`} or as root`;
}
