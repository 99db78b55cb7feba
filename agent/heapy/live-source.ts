/** Heaps of a live process, by way of a thread that holds the connection (live-thread.ts). */
import type { Usage } from '../../protocol/partition.ts';
import { unpacked } from '../parse/packed.ts';
import type { ColumnsResult } from '../probe/columns.ts';
import type { Quote } from '../probe/quote.ts';
import { Conversation } from '../threads/conversation.ts';
import { programUrl } from '../threads/program.ts';
import type { LiveIdentity, LiveJob, LookQuestion, MarkQuestion, TakeQuestion } from './live-job.ts';
import type { LiveObject } from './live-object.ts';
import { ObjectView } from './object-view.ts';
import type { Source, Taken, TakeOptions } from './source.ts';

export class LiveSource implements Source {
  readonly target: string;
  readonly description: string;
  readonly #thread: Conversation;
  readonly #identity: LiveIdentity;
  readonly #strings: boolean;

  private constructor({ target, strings }: OpenOptions, thread: Conversation, identity: LiveIdentity) {
    this.target = target;
    this.#strings = strings;
    this.#thread = thread;
    this.#identity = identity;
    this.description = `pid ${identity.pid}, node ${identity.nodeVersion}, ${identity.command}`;
  }

  /** Attaches to a process. @throws AttachError, TargetSyntaxError, RangeError for an isolate that is not there */
  static async open(options: OpenOptions): Promise<LiveSource> {
    const { target, isolate, signal } = options;
    const job: LiveJob = { target, isolate };
    const thread = new Conversation(programUrl('./live-thread', import.meta.url), { job, staysOn: false });
    try {
      return new LiveSource(options, thread, await thread.ask<LiveIdentity>('identity', {}, undefined, signal));
    } catch (error) {
      await thread.terminate(error as Error);
      throw error;
    }
  }

  get ended(): Promise<Error> {
    return this.#thread.ended;
  }

  take(options: TakeOptions): Promise<Taken> {
    return this.#take('take', {}, options);
  }

  takeSince(label: string, options: TakeOptions): Promise<Taken> {
    const question: TakeQuestion = { since: label };
    return this.#take('take', question, options);
  }

  mark(label: string, options: TakeOptions): Promise<Taken> {
    const question: MarkQuestion = { label };
    return this.#take('mark', question, options);
  }

  release(): Promise<void> {
    return this.#thread.ask('release');
  }

  distrust(): Promise<void> {
    return this.#thread.ask('distrust');
  }

  quote(signal?: AbortSignal): Promise<Quote> {
    return this.#thread.ask('quote', {}, undefined, signal);
  }

  usage(signal?: AbortSignal): Promise<Usage> {
    return this.#thread.ask('usage', {}, undefined, signal);
  }

  async look(id: number, text: string, { epoch }: Taken): Promise<ObjectView> {
    if (epoch === undefined) {
      return new ObjectView(text, null, 'object ids were released after it; after hp.setrelheap() they are kept');
    }
    const question: LookQuestion = { id, epoch, strings: this.#strings };
    try {
      return new ObjectView(text, await this.#thread.ask<LiveObject>('look', question));
    } catch (error) {
      return new ObjectView(text, null, (error as Error).message);
    }
  }

  async close(): Promise<void> {
    // a thread that has ended holds nothing any more
    await this.#thread.ask('close').catch(() => {});
    await this.#thread.terminate(new Error('the session was closed here'));
  }

  async #take(call: string, question: object, { signal, onProgress }: TakeOptions): Promise<Taken> {
    const { columns, takenAt, cost, rssBytes, held } = await this.#thread.ask<ColumnsResult>(
      call,
      question,
      onProgress,
      signal,
    );
    const { pid, nodeVersion, v8Version } = this.#identity;
    return {
      columns: unpacked(columns),
      origin: { target: this.target, pid, nodeVersion, v8Version, rssBytes: rssBytes ?? undefined, takenAt },
      cost,
      ownIds: held?.ownIds ?? [],
      epoch: held?.epoch,
    };
  }
}

export interface OpenOptions extends LiveJob {
  /** Whether contents of strings are shown. */
  readonly strings: boolean;
  readonly signal?: AbortSignal | undefined;
}
