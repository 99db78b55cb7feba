/** The collector's end of the store's thread: jobs go in, answers come out. */
import { Conversation } from '../../agent/threads/conversation.ts';
import { programUrl } from '../../agent/threads/program.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { FrameBatch, Job, StoreReply, ThreadStart } from './messages.ts';
import { StoreError } from './store-error.ts';
import type { LogPosition } from './writer.ts';

/** `thread.ts`: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = programUrl('./thread', import.meta.url);

export interface Opening {
  readonly position: LogPosition;
  /** Where a damaged file was put. */
  readonly aside?: string;
}

export class Store {
  readonly path: string;
  readonly #thread: Conversation;

  constructor(start: ThreadStart) {
    this.path = start.path;
    this.#thread = new Conversation(PROGRAM, { job: start });
  }

  /** Opens the file; may be tried again. @throws StoreError */
  open(): Promise<Opening> {
    return this.#run({ is: 'open' });
  }

  /** Resolves once all of the batch is committed. @throws StoreError; then nothing of it is known to be stored */
  write(batch: FrameBatch): Promise<Opening> {
    return this.#run({ is: 'write', batch });
  }

  /** Lets go what is too old. @param agedMs now, by the store's own clock. @throws StoreError */
  retain(agedMs: number): Promise<Opening> {
    return this.#run({ is: 'retain', agedMs });
  }

  /** Ends the thread, after what it has to do. @throws StoreError */
  async close(): Promise<void> {
    try {
      await this.#run({ is: 'close' });
    } finally {
      await this.abandon();
    }
  }

  /** Ends the thread of a file that was never opened. */
  async abandon(): Promise<void> {
    await this.#thread.terminate(new Error('it is closed'));
  }

  async #run(job: Job): Promise<Opening> {
    const reply = await this.#reply(job);
    if ('fault' in reply) throw new StoreError(reply.fault, reply.message);
    return reply;
  }

  async #reply(job: Job): Promise<StoreReply> {
    try {
      return await this.#thread.ask<StoreReply>('run', job);
    } catch (cause) {
      throw new StoreError('failed', `Cannot go on with store ${this.path}: ${reasonOf(cause)}`, { cause });
    }
  }
}
