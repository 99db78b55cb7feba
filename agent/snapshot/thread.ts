/**
 * A job in a thread of its own; both ends of it.
 *
 *     inThread(program, job) ──job──> the program's serve(work)
 *                            <─events──
 *                            ──stop──> its signal
 *                            <─result or failure── work's
 *
 * An error keeps its class on the way, as far as somebody may catch it by its class.
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { AttachError, DetachedError, ProtocolError } from '../errors.ts';
import { SnapshotSyntaxError } from '../heap/syntax-error.ts';

export interface ThreadOptions<Event> {
  /** Ends the thread where it stands. */
  readonly signal?: AbortSignal;
  /** Asks the work to end in its own time: what it then gives or throws counts as the reason of this signal. */
  readonly stop?: AbortSignal;
  /** Told of what the work tells, until the job has ended. */
  onEvent?(event: Event): void;
}

type Message = { event: unknown } | { result: unknown } | { failure: Failure };

/**
 * Runs `job` by the program `NAME.ts` beside this file; resolves or rejects when its thread has ended, on abort too.
 * @throws what the work throws, the reason of `signal` or of `stop`
 */
export async function inThread<Event, Result>(
  program: string,
  job: object,
  { signal, stop, onEvent }: ThreadOptions<Event> = {},
): Promise<Result> {
  signal?.throwIfAborted();
  stop?.throwIfAborted();
  // the caller's own flags are not for our program: --input-type, for one, would keep it from starting
  const worker = new Worker(urlOf(program), { workerData: job, execArgv: [] });
  const isOver = new AbortController();
  try {
    return await new Promise<Result>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: isOver.signal });
      stop?.addEventListener('abort', () => worker.postMessage('stop'), { signal: isOver.signal });
      worker.on('message', (message: Message) => {
        if (isOver.signal.aborted || signal?.aborted) return;
        if ('event' in message) onEvent?.(message.event as Event);
        else if (stop?.aborted) reject(stop.reason);
        else if ('result' in message) resolve(message.result as Result);
        else reject(revived(message.failure));
      });
      worker.on('error', (cause) =>
        reject(new Error(`Cannot read snapshot: its thread failed, ${cause.message}`, { cause })),
      );
      worker.on('exit', (code) => reject(new Error(`Cannot read snapshot: its thread ended early (code ${code})`)));
    });
  } finally {
    isOver.abort();
    await worker.terminate();
  }
}

/** In a program: does the job that the thread was started for. `signal` is aborted when it is asked to stop. */
export function serve<Job, Event>(
  work: (job: Job, tell: (event: Event) => void, signal: AbortSignal) => Promise<unknown>,
): void {
  const port = parentPort;
  if (!port) throw new Error('Cannot serve: this is no thread of ours');
  const stopped = new AbortController();
  port.once('message', () => stopped.abort());
  const post = (message: Message) => port.postMessage(message);
  work(workerData as Job, (event) => post({ event }), stopped.signal).then(
    (result) => post({ result }),
    (error) => post({ failure: failureOf(error) }),
  );
}

/** The same program beside the built file and, where Node runs TypeScript, beside the source. */
function urlOf(program: string): URL {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return new URL(`./${program}${extension}`, import.meta.url);
}

/** An error without its class, which does not cross between threads. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly byteOffset?: number;
  readonly method?: string;
  readonly code?: number;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const failure: Failure = { name, message, ...(stack !== undefined && { stack }) };
  if (error instanceof SnapshotSyntaxError) return { ...failure, byteOffset: error.byteOffset };
  if (error instanceof ProtocolError) return { ...failure, method: error.method, code: error.code };
  return failure;
}

function revived(failure: Failure): Error {
  const error = blank(failure);
  for (const key of ['message', 'stack'] as const) {
    Object.defineProperty(error, key, { value: failure[key], configurable: true, writable: true });
  }
  return error;
}

function blank({ name, message, byteOffset = 0, method = '', code = 0 }: Failure): Error {
  switch (name) {
    case 'AttachError':
      return new AttachError(message);
    case 'DetachedError':
      return new DetachedError(message);
    case 'ProtocolError':
      return new ProtocolError(method, code, message);
    case 'SnapshotSyntaxError':
      return new SnapshotSyntaxError(message, byteOffset);
    case 'RangeError':
      return new RangeError(message);
    case 'TimeoutError':
      return new DOMException(message, name);
    default:
      return new Error(message);
  }
}
