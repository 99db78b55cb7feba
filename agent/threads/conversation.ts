/**
 * A thread that is asked more than once; both ends of it. (One that does a single job: thread.ts.)
 *
 *     new Conversation(program) ──{ id, call, params }──> the program's converse(handlers)
 *                               ──{ cancel: id }──>        its signal
 *                               <──{ id, event }──         tell
 *                               <──{ id, result } or { id, failure }──
 *                               <──{ ended }──             the thread is of no more use
 */
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type Failure, failureOf, revived } from './failure.ts';

type Question = { id: number; call: string; params: object } | { cancel: number };

type Message =
  | { id: number; event: unknown }
  | { id: number; result: unknown }
  | { id: number; failure: Failure }
  | { ended: Failure };

interface Pending {
  readonly onEvent: (event: unknown) => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface ConversationOptions {
  /** What the program's `converse` is given. */
  readonly job?: object;
  /** Whether the thread keeps this process running while nothing is asked; default true. */
  readonly staysOn?: boolean;
  /** Bounds the JavaScript heap of the thread, which ends at it; buffers are no part of that. Default: Node's own. */
  readonly maxHeapMb?: number;
  /** Bounds what of that is for young objects: Node lets it grow to 48 MB where there is garbage, whatever lives. Default: Node's own. */
  readonly maxYoungMb?: number;
}

export class Conversation {
  /** Settles once, never rejects, with why the thread answers no more. */
  readonly ended: Promise<Error>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #settleEnded!: (error: Error) => void;
  #error: Error | undefined;
  readonly #staysOn: boolean;
  #lastId = 0;

  /** Starts `program` (program.ts says where they are). */
  constructor(program: URL, { job, staysOn = true, maxHeapMb, maxYoungMb }: ConversationOptions = {}) {
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.#staysOn = staysOn;
    this.#worker = new Worker(program, {
      workerData: job,
      execArgv: [],
      resourceLimits: {
        ...(maxHeapMb !== undefined && { maxOldGenerationSizeMb: maxHeapMb }),
        ...(maxYoungMb !== undefined && { maxYoungGenerationSizeMb: maxYoungMb }),
      },
    });
    if (!staysOn) this.#worker.unref();
    this.#worker.on('message', (message: Message) => this.#hear(message));
    this.#worker.on('error', (cause) => this.#end(new Error(`its thread failed, ${cause.message}`, { cause })));
    this.#worker.on('exit', (code) => this.#end(new Error(`its thread ended (code ${code})`)));
  }

  /**
   * @param signal gives the question up: the handler's own signal is aborted, and what it still says goes nowhere
   * @throws what the handler throws; why the thread ended; the reason of `signal`
   */
  ask<Result>(
    call: string,
    params: object = {},
    onEvent: (event: never) => void = () => {},
    signal?: AbortSignal,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.#error) return reject(this.#error);
      const id = ++this.#lastId;
      const onAbort = () => {
        this.#post({ cancel: id });
        settle(() => reject(signal?.reason));
      };
      const settle = (end: () => void) => {
        this.#pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
        if (!this.#staysOn && this.#pending.size === 0) this.#worker.unref();
        end();
      };
      signal?.addEventListener('abort', onAbort);
      this.#pending.set(id, {
        onEvent: onEvent as Pending['onEvent'],
        resolve: (result) => settle(() => resolve(result as Result)),
        reject: (error) => settle(() => reject(error)),
      });
      if (!this.#staysOn) this.#worker.ref();
      this.#post({ id, call, params });
    });
  }

  /** Ends the thread at once, and its sockets with it. */
  async terminate(why: Error): Promise<void> {
    this.#end(why);
    await this.#worker.terminate();
  }

  #post(question: Question): void {
    this.#worker.postMessage(question);
  }

  #hear(message: Message): void {
    if ('ended' in message) {
      this.#end(revived(message.ended));
      return;
    }
    const pending = this.#pending.get(message.id);
    if ('event' in message) {
      pending?.onEvent(message.event);
      return;
    }
    if ('result' in message) pending?.resolve(message.result);
    else pending?.reject(revived(message.failure));
  }

  #end(error: Error): void {
    this.#error ??= error;
    this.#settleEnded(this.#error);
    for (const { reject } of [...this.#pending.values()]) reject(this.#error);
  }
}

/** What a handler gives: its result, and what of it is handed over instead of copied. */
export interface Reply {
  readonly result: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

/** What a handler is given beside its parameters. */
export interface Asked {
  /** Aborted when no client waits for the answer any more. */
  readonly signal: AbortSignal;
}

export type Handlers = Readonly<
  Record<string, (params: never, tell: (event: unknown) => void, asked: Asked) => Promise<Reply>>
>;

/** In a program: what it was started for. */
export function jobOf<Job>(): Job {
  return workerData as Job;
}

/** In a program: answers what is asked by name; gives what tells that no more is answered. */
export function converse(handlers: Handlers): { end(error: unknown): void } {
  const port = parentPort;
  if (!port) throw new Error('Cannot converse: this is no thread of ours');
  const post = (message: Message, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  const open = new Map<number, AbortController>();
  const reply = async ({ id, call, params }: Exclude<Question, { cancel: number }>) => {
    const cancellation = new AbortController();
    open.set(id, cancellation);
    try {
      const tell = (event: unknown) => post({ id, event });
      const { result, transfer } = await handlers[call]!(params as never, tell, { signal: cancellation.signal });
      post({ id, result }, transfer);
    } catch (error) {
      post({ id, failure: failureOf(error) });
    } finally {
      open.delete(id);
    }
  };
  port.on('message', (question: Question) => {
    if ('cancel' in question) open.get(question.cancel)?.abort();
    else void reply(question);
  });
  return { end: (error) => post({ ended: failureOf(error) }) };
}
