/**
 * Calls that wait for their answer on one channel (a target's socket, a worker's channel through it).
 *
 *     call ──> pending ──> answered | refused | timed out | aborted | channel ended: all at once
 *
 * Each call remembers where it was made, so that its error's stack shows the caller and not the socket.
 */
import { DetachedError, ProtocolError } from '../base/errors.ts';

export interface SendOptions {
  signal?: AbortSignal;
  /** Milliseconds until the call is given up with a `TimeoutError` (DOMException); absent: as long as the channel lives. */
  timeoutMs?: number;
  /** Gives the result unread, as the bytes of the answer that brought it (answer.ts). */
  asBytes?: boolean;
  /** On a connection: the flattened session that the call is for; absent: its own. */
  sessionId?: string;
}

/** What a channel tells a call: its result, the target's refusal, or what went wrong on the way. */
export interface PendingCall {
  result(value: object): void;
  refused(code: number, reason: string): void;
  failed(error: Error): void;
}

export class Calls {
  readonly #pending = new Set<(ended: DetachedError) => void>();
  #ended: DetachedError | undefined;

  /** Makes a call: `start` sends it and keeps the `Answer`, of which the first word counts. */
  make(method: string, options: SendOptions, start: (answer: PendingCall) => void): Promise<object> {
    const site: { stack?: string } = {};
    Error.captureStackTrace(site, this.make);
    const { signal, timeoutMs } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#ended) return reject(madeAt(site, detached(this.#ended)));
      let timer: NodeJS.Timeout | undefined;
      const settle = (end: () => void) => {
        this.#pending.delete(onEnded);
        signal?.removeEventListener('abort', onAbort);
        clearTimeout(timer);
        end();
      };
      const fail = (error: Error) => settle(() => reject(madeAt(site, error)));
      const onEnded = (ended: DetachedError) => fail(detached(ended));
      const onAbort = () => settle(() => reject(signal?.reason));
      this.#pending.add(onEnded);
      signal?.addEventListener('abort', onAbort);
      if (timeoutMs !== undefined) timer = setTimeout(() => fail(timedOut(method, timeoutMs)), timeoutMs);
      start({
        result: (value) => settle(() => resolve(value)),
        refused: (code, reason) => fail(refusal(method, code, reason)),
        failed: fail,
      });
    });
  }

  /** Rejects every pending call, and each later one, with a DetachedError of the same message. */
  end(error: DetachedError): void {
    this.#ended ??= error;
    for (const onEnded of [...this.#pending]) onEnded(this.#ended);
  }
}

/** What V8 says to calls in flight when it tears an isolate down, before the news of the isolate's end. */
const ENDING = new Set(['Execution context was destroyed.', 'Execution was terminated']);

function refusal(method: string, code: number, reason: string): Error {
  if (ENDING.has(reason)) return new DetachedError(`Detached during ${method}: its isolate is ending`);
  return new ProtocolError(method, code, reason);
}

function detached(ended: DetachedError): DetachedError {
  return new DetachedError(ended.message, { cause: ended });
}

function timedOut(method: string, timeoutMs: number): DOMException {
  return new DOMException(`${method}: no answer within ${timeoutMs} ms`, 'TimeoutError');
}

/** Gives an error the frames of the call instead of those of the event that brought it. */
function madeAt<E extends Error>(site: { stack?: string }, error: E): E {
  const frames = site.stack?.slice(site.stack.indexOf('\n')) ?? '';
  Object.defineProperty(error, 'stack', { value: `${error.name}: ${error.message}${frames}`, configurable: true });
  return error;
}
