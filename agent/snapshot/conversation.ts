/**
 * A thread that is asked more than once; both ends of it. (One that does a single job: thread.ts.)
 *
 *     new Conversation(program) ──{ id, call, params }──> the program's converse(handlers)
 *                               <──{ id, event }──         tell
 *                               <──{ id, result } or { id, failure }──
 *                               <──{ ended }──             the thread is of no more use
 */
import { parentPort, Worker } from 'node:worker_threads';
import { type Failure, failureOf, revived } from './failure.ts';
import { programUrl } from './program.ts';

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

export class Conversation {
  /** Settles once, never rejects, with why the thread answers no more. */
  readonly ended: Promise<Error>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #settleEnded!: (error: Error) => void;
  #error: Error | undefined;
  #lastId = 0;

  /** Starts the program `NAME.ts` beside this file. */
  constructor(program: string) {
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
    this.#worker = new Worker(programUrl(program), { execArgv: [] });
    this.#worker.on('message', (message: Message) => this.#hear(message));
    this.#worker.on('error', (cause) => this.#end(new Error(`its thread failed, ${cause.message}`, { cause })));
    this.#worker.on('exit', (code) => this.#end(new Error(`its thread ended (code ${code})`)));
  }

  /** @throws what the handler throws; why the thread ended */
  ask<Result>(call: string, params: object = {}, onEvent: (event: never) => void = () => {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#error) return reject(this.#error);
      const id = ++this.#lastId;
      this.#pending.set(id, {
        onEvent: onEvent as Pending['onEvent'],
        resolve: resolve as Pending['resolve'],
        reject,
      });
      this.#worker.postMessage({ id, call, params });
    });
  }

  /** Ends the thread where it stands, and its sockets with it. */
  async terminate(why: Error): Promise<void> {
    this.#end(why);
    await this.#worker.terminate();
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
    this.#pending.delete(message.id);
    if ('result' in message) pending?.resolve(message.result);
    else pending?.reject(revived(message.failure));
  }

  #end(error: Error): void {
    this.#error ??= error;
    this.#settleEnded(this.#error);
    for (const { reject } of this.#pending.values()) reject(this.#error);
    this.#pending.clear();
  }
}

/** What a handler gives: its result, and what of it is handed over instead of copied. */
export interface Reply {
  readonly result: unknown;
  readonly transfer?: readonly ArrayBuffer[];
}

export type Handlers = Readonly<Record<string, (params: never, tell: (event: unknown) => void) => Promise<Reply>>>;

/** In a program: answers what is asked by name; gives what tells that no more is answered. */
export function converse(handlers: Handlers): { end(error: unknown): void } {
  const port = parentPort;
  if (!port) throw new Error('Cannot converse: this is no thread of ours');
  const post = (message: Message, transfer: readonly ArrayBuffer[] = []) => port.postMessage(message, [...transfer]);
  port.on('message', ({ id, call, params }: { id: number; call: string; params: never }) => {
    handlers[call]!(params, (event) => post({ id, event })).then(
      ({ result, transfer }) => post({ id, result }, transfer),
      (error) => post({ id, failure: failureOf(error) }),
    );
  });
  return { end: (error) => post({ ended: failureOf(error) }) };
}
