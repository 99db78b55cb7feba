/** What all sources have whose heaps are taken by a thread: its calls, and its end. */
import { Conversation, type ConversationOptions } from '../threads/conversation.ts';
import { programUrl } from '../threads/program.ts';
import type { MarkQuestion, TakeQuestion } from './live-job.ts';
import type { Taken, TakeOptions } from './source.ts';

/** Starts the program `name` beside this file. A session keeps no process running that has nothing else to do. */
export function startThread(name: string, options: ConversationOptions = {}): Conversation {
  return new Conversation(programUrl(`./${name}`, import.meta.url), { ...options, staysOn: false });
}

export abstract class ThreadSource {
  protected readonly thread: Conversation;

  constructor(thread: Conversation) {
    this.thread = thread;
  }

  get ended(): Promise<Error> {
    return this.thread.ended;
  }

  take(options: TakeOptions): Promise<Taken> {
    return this.taken('take', {}, options);
  }

  takeSince(label: string, options: TakeOptions): Promise<Taken> {
    const question: TakeQuestion = { since: label };
    return this.taken('take', question, options);
  }

  mark(label: string, options: TakeOptions): Promise<Taken> {
    const question: MarkQuestion = { label };
    return this.taken('mark', question, options);
  }

  release(): Promise<void> {
    return this.thread.ask('release');
  }

  distrust(): Promise<void> {
    return this.thread.ask('distrust');
  }

  async close(): Promise<void> {
    // a thread that has ended holds nothing any more
    await this.thread.ask('close').catch(() => {});
    await this.thread.terminate(new Error('the session was closed here'));
  }

  /** The heap that the thread gives for a call. */
  protected abstract taken(call: string, question: object, options: TakeOptions): Promise<Taken>;
}
