/**
 * The process that we run in, as a target: a thread of ours speaks to its main thread by an inspector session inside, and no port
 * is open.
 */
import { Session as InspectorSession } from 'node:inspector';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { AttachError } from '../base/errors.ts';

/** The address of the process that we are in; there is one. */
export const IN_PROCESS = 'in-process://main';

export function isInProcess(url: string): boolean {
  return url === IN_PROCESS;
}

/**
 * Words that the main thread shares with all our threads, those that they start included: how many sessions are open, and whether
 * the process exits. Node says on stderr that it waits for a debugger where one is left then.
 */
export const SESSIONS = { open: 0, exiting: 1 } as const;

const KEY = 'heapwatch sessions';
/** The settings of this thread, if it was given any. */
let words = getEnvironmentData(KEY) as Int32Array | undefined;

/** In a thread that the main thread has given such words: they are of the threads that it starts too. */
export function shareSessions(shared: Int32Array): void {
  words = shared;
  setEnvironmentData(KEY, shared);
}

/** Those that are open in this thread. */
const open = new Set<InspectorSession>();
let isWaiting = false;

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
  if (words) Atomics.add(words, SESSIONS.open, 1);
  if (words && !isWaiting) void disconnectAtExit(words);
  return session;
}

/** Resolves when the process exits. */
export async function exitOf(shared: Int32Array): Promise<void> {
  const { waitAsync } = Atomics as unknown as { waitAsync(of: Int32Array, at: number, is: number): { value: unknown } };
  await waitAsync(shared, SESSIONS.exiting, 0).value;
}

async function disconnectAtExit(shared: Int32Array): Promise<void> {
  isWaiting = true;
  await exitOf(shared);
  disconnectAll();
}

/** Ends all sessions of this thread. */
export function disconnectAll(): void {
  for (const session of [...open]) disconnect(session);
}

export function disconnect(session: InspectorSession): void {
  if (!open.delete(session)) return;
  session.disconnect();
  if (!words) return;
  Atomics.sub(words, SESSIONS.open, 1);
  Atomics.notify(words, SESSIONS.open);
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
