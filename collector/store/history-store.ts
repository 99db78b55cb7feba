/** The history of a collector with a store, read in a thread that is started when it is asked for first. */
import { Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../protocol/frames.ts';
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import type { PartitionsQuery, PartitionsResult } from '../../protocol/partitions.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { History } from '../history/history.ts';

export type HistoryQuestion =
  | { readonly method: 'query'; readonly query: HistoryQuery }
  | { readonly method: 'events'; readonly query: EventsQuery }
  | { readonly method: 'partitions'; readonly query: PartitionsQuery };

export type HistoryReply = HistoryResult | EventsResult | PartitionsResult;

export type HistoryAnswer =
  | { readonly id: number; readonly result: HistoryReply }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

/** `history-thread.ts`: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = new URL(`./history-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);
/** Questions that may wait for their answers. */
const MAX_WAITING = 32;

interface Waiting {
  resolve(result: HistoryReply): void;
  reject(error: Error): void;
}

export class HistoryStore implements History, AsyncDisposable {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;

  /** @param path of the store's file. */
  constructor(path: string) {
    this.#path = path;
  }

  async query(query: HistoryQuery): Promise<HistoryResult> {
    // the thread gives each question its own result
    return (await this.#ask({ method: 'query', query })) as HistoryResult;
  }

  async events(query: EventsQuery): Promise<EventsResult> {
    return (await this.#ask({ method: 'events', query })) as EventsResult;
  }

  async partitions(query: PartitionsQuery): Promise<PartitionsResult> {
    return (await this.#ask({ method: 'partitions', query })) as PartitionsResult;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#fail(new RequestError('internal', 'Cannot tell history: the collector stops'));
  }

  #ask(question: HistoryQuestion): Promise<HistoryReply> {
    if (this.#waiting.size >= MAX_WAITING) {
      const reason = `${MAX_WAITING} questions wait for their answers already, try again later`;
      return Promise.reject(new RequestError('busy', `Cannot tell history: ${reason}`));
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker!.postMessage({ id, question });
    });
  }

  #start(): Worker {
    const worker = new Worker(PROGRAM, { workerData: this.#path, execArgv: [] });
    worker.on('message', (answer: HistoryAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      // a question keeps the process, a thread that waits for one does not
      if (this.#waiting.size === 0) worker.unref();
      if ('result' in answer) waiting?.resolve(answer.result);
      else waiting?.reject(new RequestError(answer.code, answer.message));
    });
    worker.on('error', (cause) => {
      this.#worker = undefined;
      this.#fail(new Error(`Cannot tell history: its thread failed: ${cause.message}`, { cause }));
    });
    return worker;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
