/**
 * Why a SIGUSR1 should not be sent to a process, by all that can be seen of it; and the signal itself, sent in the tick in
 * which it was looked at for the last time.
 *
 *     status    blocked, ignored, deadly (nobody catches it), stopped, ended
 *     flags     --heapsnapshot-signal, --report-signal: it would write a file, of the size of its heap
 *     memory    libuv's table of listeners: the same, and handlers of the program's own (signal-listener.ts)
 *     sockets   the port where the inspector would listen is held by another
 */

import { constants } from 'node:os';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { listeningRows } from './listening.ts';
import { inspectAddressIn, sigusr1Flag } from './node-flags.ts';
import { type LocalProcess, momentOf, ownProcPid, ProcessError } from './process.ts';
import { SignalListeners } from './signal-listener.ts';
import { isInTheWay, tcpTable } from './tcp-table.ts';

const { SIGUSR1 } = constants.signals;

/** Null where a SIGUSR1 opens the inspector of a process, as far as can be seen. */
export async function obstacle(found: LocalProcess): Promise<string | null> {
  const seen = beforeMemory(found) ?? (await portTaken(found));
  if (seen) return seen;
  await using listeners = await SignalListeners.open(found.pid, found.exe);
  return listenerReason(found, listeners);
}

/**
 * Sends it, if the process is still the one that was looked at, and still does with the signal what it did.
 * @throws ProcessError that says why not
 */
export async function sendSigusr1(found: LocalProcess): Promise<void> {
  await using listeners = await SignalListeners.open(found.pid, found.exe);
  // from here on in one tick: another process may get the pid in the next
  const now = momentOf(found.pid);
  if (!now || now.startTicks !== found.startTicks) throw new ProcessError('there is no such process');
  const why = beforeMemory({ ...found, ...now }) ?? listenerReason(found, listeners);
  if (why) throw new ProcessError(why);
  kill(found.pid);
}

/** What its inspector's port is held by; null where that is free, or not known. */
export async function portTaken(found: LocalProcess): Promise<string | null> {
  const { host, port } = inspectAddressIn(found.flags.words);
  // a title hides the flags: the signal may open another port
  if (port === 0 || !found.flags.whole) return null;
  const holder = (await tcpTable()).find((row) => isInTheWay(row, host, port));
  if (!holder) return null;
  const isOwn = (await listeningRows(found.pid)).some(({ inode }) => inode === holder.inode);
  const who = isOwn ? 'by a service of its own' : 'by another process';
  return `port ${port}, where its inspector would listen, is taken ${who}, free it first`;
}

function beforeMemory(found: LocalProcess): string | null {
  if (found.pid === ownProcPid()) return 'it is heapwatch itself';
  if (found.state === 'Z') return 'it has ended, and its parent has not collected it yet';
  if (!found.isNode)
    return `its program is not node (${outsideText(found.command[0] ?? 'unknown', TEXT_LENGTHS.title)}), SIGUSR1 might end it; open its inspector yourself`;
  if (found.state === 'T') return 'it is stopped, let it continue first (kill -CONT)';
  if (!found.sharesNetwork)
    return 'it is in another network (a container), publish its inspector port or run heapwatch beside it';
  if (ownProcPid() !== process.pid)
    return 'the /proc here is that of another pid namespace, so a signal would reach another process; mount its own';
  switch (found.sigusr1) {
    case 'blocked':
      return 'it blocks SIGUSR1 (--disable-sigusr1, or the permission model), restart it with --inspect';
    case 'ignored':
      return 'it ignores SIGUSR1, restart it with --inspect';
    case 'deadly':
      return 'SIGUSR1 would kill it (it removed a handler of its own), restart it with --inspect';
    case 'caught':
      return flagReason(found);
  }
}

const WRITES: Readonly<Record<string, string>> = {
  '--heapsnapshot-signal': 'a heap snapshot',
  '--report-signal': 'a diagnostic report',
};

function flagReason({ flags }: LocalProcess): string | null {
  const flag = sigusr1Flag(flags);
  return flag === undefined
    ? null
    : `it writes ${WRITES[flag]} on SIGUSR1 (${flag}=SIGUSR1) instead of opening its inspector, restart it with --inspect`;
}

function listenerReason({ flags }: LocalProcess, listeners: SignalListeners | null): string | null {
  const signals = listeners?.signals() ?? null;
  if (signals?.has(SIGUSR1)) {
    const hidden = flags.whole ? '' : ', or --heapsnapshot-signal or --report-signal, which its title hides';
    return `it handles SIGUSR1 itself (a handler of the program's own${hidden}), restart it with --inspect`;
  }
  if (signals || flags.whole) return null;
  return (
    'its title hides its flags, and its memory cannot be read, so what SIGUSR1 does there is not known; ' +
    'run as root, or send it yourself (kill -USR1) and give the port'
  );
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'EPERM' ? 'permission denied to signal it, run as its user or as root' : 'there is no such process';
    throw new ProcessError(why, { cause });
  }
}
