/** How a process ends: what it has written leaves before it, if anybody takes it, and nothing can hold it up. */
import { delay } from '../../agent/base/waiting.ts';

/** How long what was written, and file operations under way, are waited for. */
const FLUSH_MS = 500;

/** By exit code, the signals that end a process with it. */
const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = { 129: 'SIGHUP', 130: 'SIGINT', 143: 'SIGTERM' };

/** Ends this process with `code`. */
export async function leave(code: number): Promise<void> {
  // data for a reader that is slow leaves whole; words for one that does not read are lost
  await new Promise((resolve) => process.stdout.write('', resolve));
  await until(() => process.stderr.writableLength === 0);
  await until(() => !isStuck());
  // exit waits for operations under way: of a file on a mount that is dead, for ever
  if (isStuck()) await die(SIGNALS[code] ?? 'SIGKILL');
  process.exit(code);
}

async function until(isDone: () => boolean): Promise<void> {
  const deadlineAtMs = performance.now() + FLUSH_MS;
  while (!isDone() && performance.now() < deadlineAtMs) await delay(10);
}

function isStuck(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || name.startsWith('GetAddrInfo'));
}

/** Of the signal itself, as if nobody listened to it. */
async function die(signal: NodeJS.Signals): Promise<void> {
  process.removeAllListeners(signal);
  // it is given back to the system in the loop's next turn
  await new Promise(setImmediate);
  process.kill(process.pid, signal);
  await delay(1_000);
}
