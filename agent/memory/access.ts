/**
 * Why the memory of a process cannot be read, in one line: which right is missing and what gives it. Linux asks for the same
 * right as for a debugger (ptrace(2), "Ptrace access mode checking"): the same user, a process that may be traced, and Yama's
 * consent, or CAP_SYS_PTRACE for all of it.
 */
import { readlinkSync } from 'node:fs';
import { isForbidden, isGone, statOf, statusField, textOf } from './process-state.ts';

export const STANDS_STILL = 'it is heapwatch itself, which cannot stand still while it reads';

/**
 * Completes "Cannot read memory of pid:N: ". Null if nothing was found that forbids it.
 * @param isInside we are a thread of it, and its main thread is held by other means than a stop, or runs on
 */
export function obstacleOf(pid: number, isInside = false): string | null {
  if (pid === process.pid && !isInside) return STANDS_STILL;
  const stat = statOf(`/proc/${pid}`);
  if (stat === null) return isHidden(pid) ? HIDDEN : ABSENT;
  if (stat.state === 'Z' || stat.state === 'X') return 'it has ended, its parent has not yet taken notice';
  if (isKernelThread(pid)) return 'it is a thread of the kernel, it has no memory of its own';
  return null;
}

/** What to do about a refusal by the kernel; completes "Cannot read memory of pid:N: ". */
export function missingRight(pid: number): string {
  return rightFor({
    uid: userOf(pid),
    ownUid: userOf('self'),
    mayTrace: mayTrace(),
    ptraceScope: textOf('/proc/sys/kernel/yama/ptrace_scope')?.trim() ?? '0',
  });
}

export interface Rights {
  /** Empty where it is not known. */
  readonly uid: string;
  readonly ownUid: string;
  /** We have CAP_SYS_PTRACE. */
  readonly mayTrace: boolean;
  /** Yama's: 0 the same user may, 1 a parent may, 2 CAP_SYS_PTRACE may, 3 nobody may. */
  readonly ptraceScope: string;
}

/** Pure. */
export function rightFor({ uid, ownUid, mayTrace, ptraceScope }: Rights): string {
  if (ptraceScope === '3') return 'kernel.yama.ptrace_scope is 3, nobody may until the machine starts with 2 or less';
  if (mayTrace) {
    return 'the system forbids it (a security module, another user namespace), run where it runs: its machine or its container';
  }
  if (uid !== '' && uid !== ownUid && ownUid !== '0') {
    return `it belongs to another user, run as that user (uid ${uid}) or as root`;
  }
  if (ptraceScope === '0') {
    return 'CAP_SYS_PTRACE is missing, run with it (docker run --cap-add SYS_PTRACE; in a pod securityContext.capabilities.add: [SYS_PTRACE])';
  }
  const setting = ptraceScope === '1' ? 'set it to 0 (sysctl kernel.yama.ptrace_scope=0), or ' : '';
  return `kernel.yama.ptrace_scope is ${ptraceScope}, ${setting}run as root or with CAP_SYS_PTRACE`;
}

/** Whose memory we may read here, or what to set that we may. */
export function ownRight(): string {
  return rightToRead({
    uid: userOf('self'),
    ownUid: userOf('self'),
    mayTrace: mayTrace(),
    ptraceScope: textOf('/proc/sys/kernel/yama/ptrace_scope')?.trim() ?? '0',
  });
}

/** Pure. */
export function rightToRead(rights: Rights): string {
  const { mayTrace, ptraceScope } = rights;
  if (mayTrace && ptraceScope !== '3')
    return 'the memory of every process that is seen here may be read (CAP_SYS_PTRACE)';
  if (ptraceScope === '0') return 'the memory of processes of the same user may be read';
  return `memory of other processes may not be read: ${rightFor(rights)}`;
}

const ABSENT =
  'there is no such process, or it is in another container; share its process namespace (shareProcessNamespace: true, docker run --pid=container:NAME)';
const HIDDEN = '/proc is mounted with hidepid, run as its user or as root';

/** The kernel knows a process of that number, /proc does not show it. */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** It has no executable, which another user may not see, and no memory, which everybody may. */
function isKernelThread(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return false;
  } catch (error) {
    if (isForbidden(error) || isGone(error)) return statusField(pid, 'VmSize') === '';
    throw error;
  }
}

function userOf(pid: number | 'self'): string {
  return statusField(pid, 'Uid').split(/\s+/)[1] ?? '';
}

const CAP_SYS_PTRACE = 19n;

function mayTrace(): boolean {
  return ((BigInt(`0x${statusField('self', 'CapEff') || 0}`) >> CAP_SYS_PTRACE) & 1n) === 1n;
}
