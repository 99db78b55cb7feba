/**
 * The moment of a reading: every thread of the process is stopped while `work` runs, and goes on afterwards, whatever
 * happens. From SIGSTOP to SIGCONT this thread does nothing else, and waits for nobody.
 */
import type { Guard } from './guard.ts';
import { hurried } from './hurry.ts';
import { goOn, isStopped, type ProcessKey, standsStill, statOf, statusField, threadStates } from './process-state.ts';

export interface Stopped<T> {
  readonly result: T;
  /** From the signal to the other; 0 of a process that stood still before we came, and still does. */
  readonly stoppedMs: number;
  /** Of `stoppedMs`, until the last thread stood still. */
  readonly settleMs: number;
}

/** The process cannot be stopped without harm; its message completes "Cannot stop pid:N: ". */
export class StopError extends Error {
  override name: string = 'StopError';
}

/** It is known before that a stop would do harm: nothing was sent. */
export class StopObstacleError extends StopError {
  override name = 'StopObstacleError';
}

/** A thread that is running stops within microseconds; one that waits for a processor of a busy machine takes longer. */
const SETTLE_MS = 2_000;
const POLL_MS = 0.2;

/**
 * @param work what is done while it is stopped; at once, no promise.
 * @param limitMs the guard lets the process go on after that, and the reading is lost.
 * @throws StopError; what `work` throws.
 */
export async function whileStopped<T>(
  key: ProcessKey,
  guard: Guard,
  limitMs: number,
  work: () => T,
): Promise<Stopped<T>> {
  // as it was found: what was stopped before stays stopped
  if (isStopped(key.pid)) return { result: work(), stoppedMs: 0, settleMs: 0 };
  const reason = stopObstacle(key.pid);
  if (reason !== null) throw new StopObstacleError(reason);
  await guard.arm(key, limitMs);
  const held = attempt(() => hurried(() => hold(key, Math.min(limitMs, SETTLE_MS), work)));
  const isHeld = await guard.disarm();
  if (!isHeld) throw new StopError(`it stood still for ${limitMs} ms, the longest that is allowed, and goes on`);
  return held();
}

/** What it gave or threw, for later. */
function attempt<T>(run: () => T): () => T {
  try {
    const result = run();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function hold<T>(key: ProcessKey, settleLimitMs: number, work: () => T): Stopped<T> {
  const beganAtMs = performance.now();
  process.kill(key.pid, 'SIGSTOP');
  try {
    settle(key, settleLimitMs);
    const settleMs = performance.now() - beganAtMs;
    const result = work();
    if (!threadStates(key.pid).every(standsStill)) throw new StopError('somebody else let it go on meanwhile');
    return { result, stoppedMs: performance.now() - beganAtMs, settleMs };
  } finally {
    goOn(key);
  }
}

/** A stop is a request: the threads follow one by one. */
function settle({ pid }: ProcessKey, limitMs: number): void {
  const deadlineAtMs = performance.now() + limitMs;
  while (!threadStates(pid).every(standsStill)) {
    if (performance.now() > deadlineAtMs) throw new StopError(`a thread of it did not stop within ${limitMs} ms`);
    rest(POLL_MS);
  }
}

/** Null if it may be stopped. */
function stopObstacle(pid: number): string | null {
  const tracer = statusField(pid, 'TracerPid');
  if (tracer !== '' && tracer !== '0') {
    return `pid ${tracer} traces it (strace, a debugger) and would see the stop; end that first, or read it with --no-stop`;
  }
  return isShellsForeground(pid)
    ? 'it runs in the foreground of a shell, which would take the stop for a Ctrl-Z; read it with --no-stop'
    : null;
}

/** Its parent waits for it as for a job: the parent leads the same session, from another process group. */
function isShellsForeground(pid: number): boolean {
  const stat = statOf(`/proc/${pid}`);
  if (stat === null || stat.foregroundGroup !== stat.group) return false;
  const parent = statOf(`/proc/${stat.parent}`);
  return parent !== null && parent.session === stat.session && parent.group !== stat.group;
}

const NEVER = new Int32Array(new SharedArrayBuffer(4));

function rest(ms: number): void {
  Atomics.wait(NEVER, 0, 0, ms);
}
