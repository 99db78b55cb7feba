/**
 * Tells a debugger's pause and a blocked event loop from a target that runs.
 *
 * Two questions that do no harm, measured on Node 18, 20, 22, 24 and 26:
 *
 *     target                                    setImmediate awaited   Debugger.evaluateOnCallFrame of no frame
 *     idle, or working in turns                 answered               "Can only perform operation while paused."
 *     paused by another client or `debugger;`   no answer              "Invalid call frame id"
 *     while (1), microtask storm, Atomics.wait  no answer              "Can only perform operation while paused."
 *     execSync, SIGSTOP                         no answer              no answer
 *
 * The second one needs no Debugger.enable, asks about the isolate and not about our session, and evaluates nothing: it is
 * refused in either case. (A dead process answers with the end of its socket.)
 */

import { ProtocolError, type Session } from '../cdp/session.ts';

/**
 * `paused`: a debugger has stopped it. `blocked`: its event loop has not turned, though V8 or the process still lives. `silent`: it
 * has answered nothing at all for `SILENT_MS`.
 */
export type Condition = 'running' | 'paused' | 'blocked' | 'silent';

/** From when on a target that answers nothing is called silent: no collection and no native call of an ordinary program takes as long. */
export const SILENT_MS = 10_000;

/** What was found, and how long it took. */
export interface Look {
  readonly condition: Exclude<Condition, 'silent'>;
  /**
   * Milliseconds until the event loop had turned, with the way of the question and the answer; of one that has not, for how
   * long it was waited for. Absent of a paused one.
   */
  readonly turnMs?: number;
}

/** The condition of a session's isolate, in `timeoutMs` at most. @throws DetachedError if the target is gone. */
export async function lookAt(session: Session, timeoutMs: number): Promise<Look> {
  const startedAtMs = performance.now();
  const waitedMs = (sinceMs: number) => performance.now() - sinceMs;
  const paused = await inTime(isPaused(session, timeoutMs));
  if (paused === undefined) return { condition: 'blocked', turnMs: waitedMs(startedAtMs) };
  if (paused) return { condition: 'paused' };
  const turnMs = await inTime(turns(session, Math.max(1, timeoutMs - waitedMs(startedAtMs))));
  return turnMs === undefined
    ? { condition: 'blocked', turnMs: waitedMs(startedAtMs) }
    : { condition: 'running', turnMs };
}

async function isPaused(session: Session, timeoutMs: number): Promise<boolean> {
  try {
    await session.send('Debugger.evaluateOnCallFrame', { callFrameId: '', expression: '0' }, { timeoutMs });
  } catch (error) {
    if (error instanceof ProtocolError) return error.message.includes('Invalid call frame id');
    throw error;
  }
  return false;
}

/**
 * Node's own setImmediate, if it is still there: a fake clock's would never fire. Else a wait of a millisecond that V8
 * ends by a task of the event loop; where even that is missing (a page that may share no memory), a timer. Gives how long
 * it took.
 */
async function turns(session: Session, timeoutMs: number): Promise<number> {
  const { result } = await session.send('Runtime.evaluate', { expression: 'setImmediate', ...QUIET }, { timeoutMs });
  const isOwn = result.description?.startsWith('function setImmediate(callback') ?? false;
  const expression = isOwn ? IMMEDIATE : WAIT;
  const askedAtMs = performance.now();
  await session.send(
    'Runtime.evaluate',
    { expression, awaitPromise: true, returnByValue: true, silent: true },
    { timeoutMs },
  );
  const turnMs = performance.now() - askedAtMs;
  void session.send('Runtime.releaseObjectGroup', { objectGroup: QUIET.objectGroup }, { timeoutMs }).catch(() => {});
  return turnMs;
}

const QUIET = { silent: true, objectGroup: 'heapwatch condition' } as const;
const IMMEDIATE = 'new ((async () => {})().constructor)((resolve) => setImmediate(resolve, true))';
const WAIT = `typeof SharedArrayBuffer === 'function' && Atomics.waitAsync
  ? Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1).value
  : new ((async () => {})().constructor)((resolve) => setTimeout(resolve, 0, true))`;

/** Undefined where no answer came in time. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') return undefined;
    throw error;
  }
}
