/** Progress is reported often enough to be looked at, and no oftener. */

const INTERVAL_MS = 100;

/** Calls `tell` at most ten times a second; what comes in between is left out. */
export function throttled<T>(tell: (value: T) => void): (value: T) => void {
  let nextAtMs = 0;
  return (value) => {
    const nowMs = performance.now();
    if (nowMs < nextAtMs) return;
    nextAtMs = nowMs + INTERVAL_MS;
    tell(value);
  };
}
