/** Heaps of the process that this code runs in, taken by a thread (own-thread.ts), without what is ours. */
import { Session } from 'node:inspector';
import { isMainThread } from 'node:worker_threads';
import type { Usage } from '../../protocol/partition.ts';
import { unpacked } from '../parse/packed.ts';
import { PriceBook } from '../price/book.ts';
import type { Quote } from '../probe/quote.ts';
import { tightestFirst } from '../process/headroom.ts';
import { roomsOfProcess } from '../process/process-rooms.ts';
import { ObjectView } from './object-view.ts';
import type { OwnTaken } from './own-thread.ts';
import type { Source, Taken, TakeOptions } from './source.ts';
import { startThread, ThreadSource } from './thread-source.ts';

export class OwnSource extends ThreadSource implements Source {
  readonly target = 'self';
  readonly description = `this process, pid ${process.pid}, node ${process.version}`;

  /** @throws Error of one line where Node does not let a thread look at the main thread, or this is no main thread */
  constructor() {
    if (!('connectToMainThread' in Session.prototype)) {
      throw new Error(
        `Cannot look at this process from inside: Node.js ${process.version} has no inspector.Session.connectToMainThread, ` +
          'use 20.11 or later; or attach from another process: hpy(9229)',
      );
    }
    if (!isMainThread) {
      throw new Error(
        'Cannot look at this thread from inside: it is a worker; call hpy() in the main thread, ' +
          "or attach from another process: hpy(9229, { isolate: 'worker:1' })",
      );
    }
    super(startThread('own-thread'));
  }

  async quote(): Promise<Quote> {
    const { heapUsed, heapTotal, rss } = process.memoryUsage();
    const now = { heapUsedBytes: heapUsed, heapTotalBytes: heapTotal, rssBytes: rss };
    return {
      probe: 'snapshot',
      price: new PriceBook(process.version).forecast('snapshot', now),
      heapUsedBytes: heapUsed,
      nodeVersion: process.version,
      headroom: { memory: tightestFirst(await roomsOfProcess(process.pid)) },
    };
  }

  async usage(): Promise<Usage> {
    const { default: v8 } = await import('node:v8');
    const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage();
    return {
      target: this.target,
      isolate: 'main',
      takenAt: new Date().toISOString(),
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      heapLimitBytes: v8.getHeapStatistics().heap_size_limit,
      externalBytes: external,
      arrayBuffersBytes: arrayBuffers,
      rssBytes: rss,
      spaces: v8.getHeapSpaceStatistics().map(({ space_name, space_used_size, space_size }) => ({
        name: space_name,
        usedBytes: space_used_size,
        sizeBytes: space_size,
      })),
    };
  }

  look(_id: number, text: string): ObjectView {
    return new ObjectView(text);
  }

  protected async taken(call: string, question: object, { signal }: TakeOptions): Promise<Taken> {
    const rssBytes = process.memoryUsage.rss();
    // the message that brought the last heap is held by the call that delivers it, in which our caller may still be
    await new Promise(setImmediate);
    const { columns, takenAt, ownIds, epoch } = await this.thread.ask<OwnTaken>(call, question, undefined, signal);
    const { pid, version: nodeVersion } = process;
    const origin = { target: this.target, pid, nodeVersion, v8Version: process.versions.v8, rssBytes, takenAt };
    return { columns: unpacked(columns), origin, ownIds, epoch };
  }
}
