import { setTimeout } from 'node:timers/promises';

/** Resolves after `ms`, or early when the signal is aborted; never rejects. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {
    // nobody waits any more
  });
}
