/** What a feed does until it is told to end. */
import type { WakeUp } from '../base/wake-up.ts';

/** Does `work`, wakes it when `signal` ends it, and takes no notice of what it throws then. @throws as `work` does before */
export async function untilStopped(signal: AbortSignal, wakeUp: WakeUp, work: () => Promise<void>): Promise<void> {
  const stop = () => wakeUp.wake();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
