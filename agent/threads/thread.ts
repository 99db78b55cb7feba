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
import { type Failure, failureOf, revived } from './failure.ts';

export interface ThreadOptions<Event> {
  /** Ends the thread at once. */
  readonly signal?: AbortSignal;
  /** Asks the work to end in its own time: what it then gives or throws counts as the reason of this signal. */
  readonly stop?: AbortSignal;
  /** What of the job is handed over instead of copied. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Told of what the work tells, until the job has ended. */
  onEvent?(event: Event): void;
}

type Message = { event: unknown } | { result: unknown } | { failure: Failure };

/**
 * Runs `job` by `program` (program.ts says where they are); resolves or rejects when its thread has ended, on abort too.
 * @throws what the work throws, the reason of `signal` or of `stop`
 */
export async function inThread<Event, Result>(
  program: URL,
  job: object,
  { signal, stop, transfer = [], onEvent }: ThreadOptions<Event> = {},
): Promise<Result> {
  signal?.throwIfAborted();
  stop?.throwIfAborted();
  // the caller's own flags are not for our program: --input-type, for one, would keep it from starting
  const worker = new Worker(program, { workerData: job, transferList: [...transfer], execArgv: [] });
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
        reject(new Error(`Cannot go on: a thread of ours failed, ${cause.message}`, { cause })),
      );
      worker.on('exit', (code) => reject(new Error(`Cannot go on: a thread of ours ended early (code ${code})`)));
    });
  } finally {
    isOver.abort();
    await worker.terminate();
  }
}

/**
 * In a program: does the job that the thread was started for. `signal` is aborted when it is asked to stop.
 * @param buffersOf what of the result is handed over instead of copied
 */
export function serve<Job, Event, Result = unknown>(
  work: (job: Job, tell: (event: Event) => void, signal: AbortSignal) => Promise<Result>,
  buffersOf: (result: Result) => readonly ArrayBuffer[] = () => [],
): void {
  const port = parentPort;
  if (!port) throw new Error('Cannot serve: this is no thread of ours');
  const stopped = new AbortController();
  port.once('message', () => stopped.abort());
  const post = (message: Message, buffers: readonly ArrayBuffer[] = []) => port.postMessage(message, [...buffers]);
  work(workerData as Job, (event) => post({ event }), stopped.signal).then(
    (result) => post({ result }, buffersOf(result)),
    (error) => post({ failure: failureOf(error) }),
  );
}
