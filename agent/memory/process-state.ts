/** What /proc says of a process at this moment, read at once: the reader of its memory does nothing else meanwhile. */
import { readdirSync, readFileSync } from 'node:fs';

/** A process, not just its number: numbers are given again. */
export interface ProcessKey {
  readonly pid: number;
  /** Clock ticks from boot to its start, as /proc counts them. */
  readonly startTicks: number;
}

export interface ProcessStat {
  readonly startTicks: number;
  /** One letter: R runs, S sleeps, D waits in the kernel, T stopped, t stopped by its tracer, Z ended, X gone. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The process group in the foreground of its terminal; -1 without a terminal. */
  readonly foregroundGroup: number;
}

/** Null if there is no such process, or none that we may see. */
export function statOf(path: string): ProcessStat | null {
  const text = textOf(`${path}/stat`);
  if (text === null) return null;
  // the name is in brackets and may hold any character; these are the fields behind it, from the third on
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    state: fields[0],
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    foregroundGroup: Number(fields[5]),
    startTicks: Number(fields[19]),
  };
}

/** Null if the process has ended, or another one has its number. */
export function keyedStat({ pid, startTicks }: ProcessKey): ProcessStat | null {
  const stat = statOf(`/proc/${pid}`);
  return stat?.startTicks === startTicks && stat.state !== 'Z' && stat.state !== 'X' ? stat : null;
}

/** The states of all threads of a process, one letter each; empty once it has gone. */
export function threadStates(pid: number): string[] {
  const states: string[] = [];
  for (const task of tasksOf(pid)) {
    const stat = statOf(`/proc/${pid}/task/${task}`);
    if (stat && stat.state !== 'Z' && stat.state !== 'X') states.push(stat.state); // others have ended meanwhile
  }
  return states;
}

/** T: stopped by a signal; t: by a debugger; D: in the kernel, and stops before it runs a line of the program again. */
export function standsStill(state: string): boolean {
  return state === 'T' || state === 't' || state === 'D';
}

/** Every thread is stopped, by a signal or a debugger. */
export function isStopped(pid: number): boolean {
  const states = threadStates(pid);
  return states.length > 0 && states.every((state) => state === 'T' || state === 't');
}

/** `NAME:  value` of `/proc/PID/status`; empty if there is none, or the process has gone. */
export function statusField(pid: number | 'self', name: string): string {
  const text = textOf(`/proc/${pid}/status`) ?? '';
  return new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
}

/** SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU as bits of a signal mask: 19 to 22. */
const STOP_SIGNALS = 0x3c0000n;

/**
 * Lets a process that we stopped go on. One that somebody else stopped meanwhile stays as it is: his signal waits behind ours.
 * (Ours waits too as long as not every thread is stopped, so that is looked at first.)
 */
export function goOn(key: ProcessKey): void {
  if (keyedStat(key) === null) return;
  if (isStopped(key.pid) && stopIsPending(key.pid)) return;
  try {
    process.kill(key.pid, 'SIGCONT');
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function stopIsPending(pid: number): boolean {
  const mask = statusField(pid, 'ShdPnd');
  return mask !== '' && (BigInt(`0x${mask}`) & STOP_SIGNALS) !== 0n;
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Null where there is none, or not for us. */
export function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return null;
    throw error;
  }
}

export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}

/** Of node:fs, and of node:os, which has the kernel's word inside of its own. */
export function isForbidden(error: unknown): boolean {
  const { code, info } = error as NodeJS.ErrnoException & { readonly info?: { readonly code?: string } };
  const word = info?.code ?? code;
  return word === 'EACCES' || word === 'EPERM';
}
