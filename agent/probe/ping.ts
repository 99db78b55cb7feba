/** How long a target is stopped, seen from outside: the longest wait of a small question beside a probe. */
import { delay } from '../base/waiting.ts';
import type { Session } from '../cdp/session.ts';

/** Milliseconds from an answer to the next question. */
const PERIOD_MS = 10;

export interface Ping {
  /** The longest wait since the last lap, or since the start; the next lap begins. */
  lap(): number;
  /** Ends it; `pauseMs` is the longest wait since the last lap, that of a question still open included. */
  stop(): { pauseMs: number };
}

/**
 * Asks an isolate a trifle, which makes no object in it, about every 10 ms until stopped. V8 interrupts JavaScript to answer, so it sees what nothing can
 * interrupt: a snapshot, a garbage collection, blocking native code; and neither a long loop of the program's own nor a
 * pause shorter than the round trip. A stall of our own event loop is seen as one of the target, and so is, for a worker,
 * one of its main thread, which its messages pass.
 */
export function startPing(session: Session): Ping {
  let longestMs = 0;
  let stopped = false;
  let askedAtMs: number | undefined;
  const noteWait = () => {
    if (askedAtMs !== undefined) longestMs = Math.max(longestMs, performance.now() - askedAtMs);
    askedAtMs = undefined;
  };
  void (async () => {
    while (!stopped) {
      askedAtMs = performance.now();
      await session.send('Runtime.getHeapUsage');
      noteWait();
      await delay(PERIOD_MS);
    }
  })().catch(() => {
    // a target that goes, or refuses, is reported by the probe that this runs beside; what was seen so far counts
    if (!stopped) noteWait();
    stopped = true;
  });
  return {
    lap: () => {
      const waitedMs = longestMs;
      longestMs = 0;
      return waitedMs;
    },
    stop: () => {
      if (!stopped) noteWait();
      stopped = true;
      return { pauseMs: longestMs };
    },
  };
}
