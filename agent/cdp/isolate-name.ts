/** Names of isolates: `main`, `worker:3`. Without what speaks to them, which a walk from outside does not load. */

export const MAIN = 'main';

/** A worker that is not there: it has ended, as workers do, or never was; nobody can tell the two apart. */
export class NoWorkerError extends RangeError {
  readonly code = 'ERR_NO_WORKER';
}

/** What to throw for an isolate that is not there: a worker may have ended, any other name is none. */
export function noIsolate(name: string, message: string): RangeError {
  return threadIdOf(name) === null ? new RangeError(message) : new NoWorkerError(message);
}

/** `worker:3` of thread 3. */
export function workerName(threadId: number): string {
  return `worker:${threadId}`;
}

/** The thread id in `worker:3`; null for any other name. */
export function threadIdOf(name: string): number | null {
  const digits = /^worker:(\d+)$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}
