import { setTimeout as wait } from 'node:timers/promises';

/** Waits for what gives no event, as the state of another process in /proc; the test's own time limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(1);
}
