/**
 * A history that is read in a thread, which is started when it is asked for first: a long answer holds up no stream, and no
 * commit. Both ends of it.
 *
 *     query ──{ id, question, material }──> the program's answerQuestions(read)
 *           <──{ id, result } or { id, code, message }──
 */
import { parentPort, Worker } from 'node:worker_threads';
import type { ErrorCode } from '../../protocol/frames.ts';
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import type { PartitionsQuery, PartitionsResult } from '../../protocol/partitions.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { History } from './history.ts';

export type HistoryQuestion =
  | { readonly method: 'query'; readonly query: HistoryQuery }
  | { readonly method: 'events'; readonly query: EventsQuery }
  | { readonly method: 'partitions'; readonly query: PartitionsQuery };

export type HistoryReply = HistoryResult | EventsResult | PartitionsResult;

interface Asked<Material> {
  readonly id: number;
  readonly question: HistoryQuestion;
  readonly material: Material;
}

type HistoryAnswer =
  | { readonly id: number; readonly result: HistoryReply }
  | { readonly id: number; readonly code: ErrorCode; readonly message: string };

/** Questions that may wait for their answers. */
const MAX_WAITING = 32;

interface PendingQuestion {
  resolve(result: HistoryReply): void;
  reject(error: Error): void;
}

export class AskedHistory<Material> implements History, AsyncDisposable {
  readonly #program: URL;
  readonly #materialFor: (question: HistoryQuestion) => Material;
  readonly #waiting = new Map<number, PendingQuestion>();
  #worker: Worker | undefined;
  #nextId = 1;

  /** @param materialFor what the thread is given to read an answer from, copied */
  constructor(program: URL, materialFor: (question: HistoryQuestion) => Material) {
    this.#program = program;
    this.#materialFor = materialFor;
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
    this.#fail(new RequestError('internal', 'Cannot read history: the collector stops'));
  }

  #ask(question: HistoryQuestion): Promise<HistoryReply> {
    if (this.#waiting.size >= MAX_WAITING) {
      const reason = `${MAX_WAITING} questions wait for their answers already, try again later`;
      return Promise.reject(new RequestError('busy', `Cannot read history: ${reason}`));
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    const asked: Asked<Material> = { id: this.#nextId++, question, material: this.#materialFor(question) };
    return new Promise((resolve, reject) => {
      this.#waiting.set(asked.id, { resolve, reject });
      this.#worker!.postMessage(asked);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { execArgv: [] });
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
      this.#fail(new Error(`Cannot read history: its thread failed: ${cause.message}`, { cause }));
    });
    return worker;
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** In the thread: answers each question by what `read` gives for it. */
export function answerQuestions<Material>(
  read: (question: HistoryQuestion, material: Material) => HistoryReply | Promise<HistoryReply>,
): void {
  const port = parentPort;
  if (!port) throw new Error('Cannot answer: this is no thread of ours');
  const answer = async ({ id, question, material }: Asked<Material>): Promise<HistoryAnswer> => {
    try {
      return { id, result: await read(question, material) };
    } catch (error) {
      return { id, code: error instanceof RequestError ? error.code : 'internal', message: reasonOf(error) };
    }
  };
  port.on('message', (asked: Asked<Material>) => void answer(asked).then((answered) => port.postMessage(answered)));
}
