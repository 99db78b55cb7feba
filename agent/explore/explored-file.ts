/** A snapshot file in a thread of its own, which reads it at the first question and keeps it for those after it. */
import type { Findings } from '../../protocol/finding.ts';
import { Conversation } from '../threads/conversation.ts';
import { programUrl } from '../threads/program.ts';
import type { FileAnswer, FileQuestion } from './exploration.ts';
import type { ExploreJob } from './explore-job.ts';

export type { FileAnswer, FileQuestion };

/** Of the thread's JavaScript heap, in which names and rows are; the graph is in buffers beside it. */
const MAX_HEAP_MB = 512;

/** What a thread may take of memory for a file of so many bytes, all questions asked. (2.2 bytes a byte measured.) */
export function explorationBytes(fileBytes: number): number {
  return 3 * fileBytes + 64 * 2 ** 20;
}

export class ExploredFile {
  readonly #thread: Conversation;

  constructor(job: ExploreJob) {
    this.#thread = new Conversation(programUrl('./explore-thread', import.meta.url), { job, maxHeapMb: MAX_HEAP_MB });
  }

  /** @throws RangeError as `Exploration` does; SnapshotSyntaxError, an Error of one line for a file that cannot be read; why the thread ended */
  answer(question: FileQuestion): Promise<FileAnswer> {
    return this.#thread.ask('answer', question);
  }

  /** @throws as `answer` */
  findings(target: string): Promise<Findings> {
    return this.#thread.ask('findings', { target });
  }

  /** Lets go of the file and of all memory, whatever is being worked out. */
  close(why: Error): Promise<void> {
    return this.#thread.terminate(why);
  }
}
