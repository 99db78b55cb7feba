/**
 * Threads that copy beside the one that reads:
 *
 *     reader                                   copier
 *     (before the stop)  buffer, pieces  ──>   zeroes its part of a new one: memory written the first time costs as much as the copy
 *                                        <──   ready; waits for `go`
 *     (in the stop)      go, next piece  <──>  next piece …
 *
 *     words    | go | next piece | copiers done | lost pages | how many pieces |
 *     pieces   | address, bytes, offset | address, bytes, offset | …
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { programUrl } from '../threads/program.ts';
import { backMemory } from './backed.ts';
import { copyPiece, piecesOf } from './copy.ts';
import { PAGE_BYTES, type Run } from './regions.ts';

export const GO = 0;
const NEXT = 1;
export const DONE = 2;
const LOST_PAGES = 3;
const COUNT = 4;
const WORDS = 5;
/** Numbers of a piece in `pieces`. */
const PIECE_NUMBERS = 3;

/** What a copier is handed before a stop. */
export interface CopierOrder {
  readonly fd: number;
  readonly buffer: SharedArrayBuffer;
  readonly words: SharedArrayBuffer;
  readonly pieces: SharedArrayBuffer;
  /** The part of the buffer that it zeroes. */
  readonly zeroFrom: number;
  readonly zeroBytes: number;
}

/** More than this the memory of a machine does not serve at once. */
const MOST_COPIERS = 3;
/** Less than this one thread copies in the time that another one takes to wake up. */
const WORTH_BYTES = 64 * 2 ** 20;

/** A copier makes nothing. */
const SMALL = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };

const PROGRAM = programUrl('./copier-thread', import.meta.url);

export class Copiers implements AsyncDisposable {
  readonly #workers: Worker[] = [];
  readonly #fd: number;
  /** The buffer whose memory is there. */
  #touched: SharedArrayBuffer | undefined;

  /** @param fd of `/proc/PID/mem` */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Stands by to copy into that buffer, what it held before is still in it. @param usedBytes of it, whose memory is there then */
  async standBy(buffer: SharedArrayBuffer, usedBytes: number, mostPieces: number): Promise<Copy> {
    const wanted = buffer.byteLength < WORTH_BYTES ? 0 : Math.min(MOST_COPIERS, availableParallelism() - 1);
    while (this.#workers.length < wanted)
      this.#workers.push(new Worker(PROGRAM, { execArgv: [], resourceLimits: SMALL }));
    const words = new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);
    const pieces = new SharedArrayBuffer(mostPieces * PIECE_NUMBERS * Float64Array.BYTES_PER_ELEMENT);
    const fresh = buffer === this.#touched ? 0 : Math.min(usedBytes, buffer.byteLength);
    const share = Math.ceil(fresh / (this.#workers.length + 1));
    const ready = this.#workers.map((worker, index) => {
      const zeroFrom = (index + 1) * share;
      const zeroBytes = Math.max(0, Math.min(share, fresh - zeroFrom));
      worker.postMessage({ fd: this.#fd, buffer, words, pieces, zeroFrom, zeroBytes } satisfies CopierOrder);
      return once(worker, 'message');
    });
    backMemory(buffer, 0, Math.min(share, fresh));
    await Promise.all(ready);
    this.#touched = buffer;
    return new Copy({ fd: this.#fd, buffer, words, pieces, zeroFrom: 0, zeroBytes: 0 }, this.#workers.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** One copy that copiers stand by for; `run` or `cancel` ends it. */
export class Copy implements Disposable {
  readonly #order: CopierOrder;
  readonly #words: Int32Array;
  readonly #copiers: number;

  constructor(order: CopierOrder, copiers: number) {
    this.#order = order;
    this.#words = new Int32Array(order.words);
    this.#copiers = copiers;
  }

  get buffer(): SharedArrayBuffer {
    return this.#order.buffer;
  }

  /** Copies all, at once. Gives the bytes that could not be read. */
  run(runs: readonly Run[]): number {
    const pieces = piecesOf(runs);
    if (pieces.length * PIECE_NUMBERS * Float64Array.BYTES_PER_ELEMENT > this.#order.pieces.byteLength) {
      return this.#alone(pieces, this.buffer);
    }
    const numbers = new Float64Array(this.#order.pieces);
    for (const [at, { startAddress, byteLength, byteOffset }] of pieces.entries()) {
      numbers.set([startAddress, byteLength, byteOffset], at * PIECE_NUMBERS);
    }
    Atomics.store(this.#words, COUNT, pieces.length);
    this.#go();
    takePieces(this.#order);
    for (let done = 0; done < this.#copiers; done = Atomics.load(this.#words, DONE)) {
      Atomics.wait(this.#words, DONE, done, LATE_MS);
    }
    return Atomics.load(this.#words, LOST_PAGES) * PAGE_BYTES;
  }

  /** The same into another buffer, that nobody stands by for. */
  runInto(buffer: SharedArrayBuffer, runs: readonly Run[]): number {
    return this.#alone(piecesOf(runs), buffer);
  }

  /** A standby that is left is let go. */
  [Symbol.dispose](): void {
    this.#go();
  }

  #alone(pieces: readonly Run[], buffer: SharedArrayBuffer): number {
    let lostBytes = 0;
    for (const piece of pieces) lostBytes += copyPiece(this.#order.fd, buffer, piece);
    return lostBytes;
  }

  #go(): void {
    Atomics.store(this.#words, GO, 1);
    Atomics.notify(this.#words, GO);
  }
}

/** How long a wait lasts before the count is looked at again. */
const LATE_MS = 100;

/** Takes piece after piece until none is left. */
export function takePieces({ fd, buffer, words, pieces }: CopierOrder): void {
  const shared = new Int32Array(words);
  const numbers = new Float64Array(pieces);
  const count = Atomics.load(shared, COUNT);
  for (let at = Atomics.add(shared, NEXT, 1); at < count; at = Atomics.add(shared, NEXT, 1)) {
    const [startAddress, byteLength, byteOffset] = numbers.subarray(at * PIECE_NUMBERS, (at + 1) * PIECE_NUMBERS);
    const lostBytes = copyPiece(fd, buffer, { startAddress, byteLength, byteOffset });
    if (lostBytes > 0) Atomics.add(shared, LOST_PAGES, Math.ceil(lostBytes / PAGE_BYTES));
  }
}
