/**
 * A history that is read in a thread, which is started when it is asked for first: a long answer holds up no stream, and no
 * commit. Both ends of it.
 */
import { Conversation, converse } from '../../agent/threads/conversation.ts';
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
  readonly question: HistoryQuestion;
  readonly material: Material;
}

/** What the thread says: an error of ours does not cross between threads by itself. */
type HistoryAnswer = { readonly result: HistoryReply } | { readonly code: ErrorCode; readonly message: string };

/** Questions that may wait for their answers. */
const MAX_WAITING = 32;

export class AskedHistory<Material> implements History, AsyncDisposable {
  readonly #program: URL;
  readonly #materialFor: (question: HistoryQuestion) => Material;
  #thread: Conversation | undefined;
  #waiting = 0;

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
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate(new RequestError('internal', 'Cannot read history: the collector stops'));
  }

  async #ask(question: HistoryQuestion): Promise<HistoryReply> {
    if (this.#waiting >= MAX_WAITING) {
      const reason = `${MAX_WAITING} questions wait for their answers already, try again later`;
      throw new RequestError('busy', `Cannot read history: ${reason}`);
    }
    const asked: Asked<Material> = { question, material: this.#materialFor(question) };
    const answer = await this.#answer(asked);
    if ('result' in answer) return answer.result;
    throw new RequestError(answer.code, answer.message);
  }

  async #answer(asked: Asked<Material>): Promise<HistoryAnswer> {
    this.#thread ??= this.#start();
    this.#waiting++;
    try {
      return await this.#thread.ask<HistoryAnswer>('answer', asked);
    } catch (cause) {
      if (cause instanceof RequestError) throw cause;
      throw new Error(`Cannot read history: ${reasonOf(cause)}`, { cause });
    } finally {
      this.#waiting--;
    }
  }

  /** A question keeps this process running, a thread that waits for one does not. */
  #start(): Conversation {
    const thread = new Conversation(this.#program, { staysOn: false });
    void thread.ended.then(() => {
      if (this.#thread === thread) this.#thread = undefined;
    });
    return thread;
  }
}

/** In the thread: answers each question by what `read` gives for it. */
export function answerQuestions<Material>(
  read: (question: HistoryQuestion, material: Material) => HistoryReply | Promise<HistoryReply>,
): void {
  const answered = async ({ question, material }: Asked<Material>): Promise<HistoryAnswer> => {
    try {
      return { result: await read(question, material) };
    } catch (error) {
      return { code: error instanceof RequestError ? error.code : 'internal', message: reasonOf(error) };
    }
  };
  converse({ answer: async (asked: Asked<Material>) => ({ result: await answered(asked) }) });
}
