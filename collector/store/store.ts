/** The collector's end of the store's thread: jobs go in, answers come out. */
import { Worker } from 'node:worker_threads';
import { programUrl } from '../../agent/threads/program.ts';
import type { FrameBatch, Job, Order, StoreReply, ThreadStart } from './messages.ts';
import { StoreError } from './store-error.ts';
import type { LogPosition } from './writer.ts';

/** `thread.ts`: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = programUrl('./thread', import.meta.url);

interface PendingOrder {
  resolve(answer: Extract<StoreReply, { position: LogPosition }>): void;
  reject(error: StoreError): void;
}

export interface Opening {
  readonly position: LogPosition;
  /** Where a damaged file was put. */
  readonly aside?: string;
}

export class Store {
  readonly path: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PendingOrder>();
  #nextId = 1;
  #ended: StoreError | undefined;

  constructor(start: ThreadStart) {
    this.path = start.path;
    this.#worker = new Worker(PROGRAM, { workerData: start, execArgv: [] });
    this.#worker.on('message', (answer: StoreReply) => this.#settle(answer));
    this.#worker.on('error', (cause) => {
      const message = `Cannot go on with store ${this.path}: its thread failed: ${cause.message}`;
      this.#end(new StoreError('failed', message, { cause }));
    });
    this.#worker.on('exit', () =>
      this.#end(new StoreError('failed', `Cannot write to store ${this.path}: it is closed`)),
    );
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
      await this.#worker.terminate();
    }
  }

  /** Ends the thread of a file that was never opened. */
  async abandon(): Promise<void> {
    await this.#worker.terminate();
  }

  #run(job: Job): Promise<Opening> {
    if (this.#ended) return Promise.reject(this.#ended);
    const order: Order = { id: this.#nextId++, job };
    return new Promise((resolve, reject) => {
      this.#waiting.set(order.id, { resolve, reject });
      this.#worker.postMessage(order);
    });
  }

  #settle(answer: StoreReply): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('fault' in answer) waiting?.reject(new StoreError(answer.fault, answer.message));
    else waiting?.resolve(answer);
  }

  #end(error: StoreError): void {
    this.#ended ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}
