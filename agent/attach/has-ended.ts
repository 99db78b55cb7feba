/** Whether the process behind a connection that has ended is no more: a connection may be cut, and its process live on. */
import { setTimeout as wait } from 'node:timers/promises';
import { momentOf } from '../process/process.ts';
import { type Located, localPid } from './local-process.ts';

/** A process that is killed closes its sockets before it is gone. */
const ENDING_MS = 1_000;
const POLL_MS = 20;

/** Undefined for one that is not on this machine. */
export async function hasEnded(agent: Located): Promise<boolean | undefined> {
  const pid = await localPid(agent);
  if (pid === null) return undefined;
  const untilMs = performance.now() + ENDING_MS;
  do {
    const moment = momentOf(pid);
    if (moment === undefined || moment.state === 'Z' || moment.state === 'X') return true;
    await wait(POLL_MS);
  } while (performance.now() < untilMs);
  return false;
}
