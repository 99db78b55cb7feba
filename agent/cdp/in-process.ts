/**
 * The process that we run in, as a target: a thread of ours speaks to its main thread by an inspector session inside, and no port
 * is open.
 */
import { Session as InspectorSession } from 'node:inspector';
import { AttachError } from '../base/errors.ts';

/** The address of the process that we are in; there is one. */
export const IN_PROCESS = 'in-process://main';

export function isInProcess(url: string): boolean {
  return url === IN_PROCESS;
}

/** Those that are open in this thread. */
const open = new Set<InspectorSession>();

/** A session on the main thread. @throws AttachError for one who is that thread */
export function connectToMain(): InspectorSession {
  const session = new InspectorSession();
  try {
    session.connectToMainThread();
  } catch (cause) {
    throw new AttachError(
      `Cannot attach to the process itself: ${(cause as Error).message}, a worker thread of it can`,
      { cause },
    );
  }
  open.add(session);
  return session;
}

export function disconnect(session: InspectorSession): void {
  if (open.delete(session)) session.disconnect();
}

/** Ends all sessions of this thread at once: a process that exits says on its standard error that it waits for those that are left. */
export function disconnectAll(): void {
  for (const session of [...open]) disconnect(session);
}

/**
 * Commands that this way does not know. Workers are among them: in a process of our own most are ours, they come and go, and
 * Node 20 may die where one ends that is spoken to.
 */
const NOT_HERE = /^(?:NodeWorker|Target)\./;
const UNKNOWN_METHOD = -32601;
/** As Node words a refusal; the code of the protocol is in its text alone. */
const REFUSAL = /^Inspector error (-?\d{1,6}): (.*)$/s;

/** An answer: `failed` where the session is no more, `refused` by the target. */
export interface MainAnswer {
  result(value: object): void;
  refused(code: number, reason: string): void;
  failed(error: Error): void;
}

/** Asks the main thread; `answer` is told once, if the process lives on. */
export function ask(session: InspectorSession, method: string, params: object, answer: MainAnswer): void {
  if (NOT_HERE.test(method)) {
    answer.refused(UNKNOWN_METHOD, `'${method}' wasn't found`);
    return;
  }
  try {
    session.post(method, params, (error: Error | null, result?: object) => {
      const refusal = error && REFUSAL.exec(error.message);
      if (refusal) answer.refused(Number(refusal[1]), refusal[2]!);
      else if (error) answer.failed(error);
      else answer.result(result ?? {});
    });
  } catch (error) {
    answer.failed(error as Error); // it is not connected any more
  }
}

/** An event of the main thread, as Node tells it. */
export interface Notification {
  readonly method: string;
  readonly params?: object;
}

export function onEvent(session: InspectorSession, listener: (event: Notification) => void): void {
  session.on('inspectorNotification', listener as never);
}
