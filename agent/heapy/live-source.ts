/** Heaps of a live process, by way of a thread that holds the connection (live-thread.ts). */
import type { Usage } from '../../protocol/partition.ts';
import { unpacked } from '../parse/packed.ts';
import type { ColumnsResult } from '../probe/columns.ts';
import type { Quote } from '../probe/quote.ts';
import type { Conversation } from '../threads/conversation.ts';
import type { LiveIdentity, LiveJob, LookQuestion } from './live-job.ts';
import type { LiveObject } from './live-object.ts';
import { ObjectView } from './object-view.ts';
import type { Source, Taken, TakeOptions } from './source.ts';
import { startThread, ThreadSource } from './thread-source.ts';

export class LiveSource extends ThreadSource implements Source {
  readonly target: string;
  readonly description: string;
  readonly #identity: LiveIdentity;
  readonly #strings: boolean;

  private constructor({ target, strings }: OpenOptions, thread: Conversation, identity: LiveIdentity) {
    super(thread);
    this.target = target;
    this.#strings = strings;
    this.#identity = identity;
    this.description = `pid ${identity.pid}, node ${identity.nodeVersion}, ${identity.command}`;
  }

  /** Attaches to a process. @throws AttachError, TargetSyntaxError, RangeError for an isolate that is not there */
  static async open(options: OpenOptions): Promise<LiveSource> {
    const { target, isolate, signal } = options;
    const job: LiveJob = { target, isolate };
    const thread = startThread('live-thread', { job });
    try {
      return new LiveSource(options, thread, await thread.ask<LiveIdentity>('identity', {}, undefined, signal));
    } catch (error) {
      await thread.terminate(error as Error);
      throw error;
    }
  }

  quote(signal?: AbortSignal): Promise<Quote> {
    return this.thread.ask('quote', {}, undefined, signal);
  }

  usage(signal?: AbortSignal): Promise<Usage> {
    return this.thread.ask('usage', {}, undefined, signal);
  }

  async look(id: number, text: string, { epoch }: Taken): Promise<ObjectView> {
    if (epoch === undefined) {
      return new ObjectView(text, null, 'object ids were released after it; after hp.setrelheap() they are kept');
    }
    const question: LookQuestion = { id, epoch, strings: this.#strings };
    try {
      return new ObjectView(text, await this.thread.ask<LiveObject>('look', question));
    } catch (error) {
      return new ObjectView(text, null, (error as Error).message);
    }
  }

  protected async taken(call: string, question: object, { signal, onProgress }: TakeOptions): Promise<Taken> {
    const { columns, takenAt, cost, rssBytes, held } = await this.thread.ask<ColumnsResult>(
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
