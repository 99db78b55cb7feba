/**
 * How much of a snapshot is taken, and how long it is waited for: one that has no end, or stops in the middle, is given up.
 *
 *     heap in use, forecast pause ──> bytes, silence, life        a factor of what is usual, and a floor
 *     this process ──> memory and disk that must be left
 */
import { statfsSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { humanDuration, humanSize } from '../../protocol/human.ts';

export interface Bounds {
  /** Of the snapshot's JSON. */
  readonly bytes: number;
  /** Milliseconds between two signs of life. */
  readonly silenceMs: number;
  /** Milliseconds from its beginning to its end. */
  readonly lifeMs: number;
}

/** JSON takes 2 to 4 bytes a byte of heap, and up to 10 where objects are small and strings are not ASCII. */
const BYTES_PER_BYTE = 16;
const FLOOR_BYTES = 128 * 2 ** 20;
/** V8 collects the heap, and sorts what it has found, without a word: for less than the whole pause. */
const FLOOR_SILENCE_MS = 60_000;
const FLOOR_LIFE_MS = 180_000;
/** A machine that is busy takes a multiple of a forecast, which is of CPU time. */
const LIFE_PER_PAUSE = 10;

export function boundsOf(heapUsedBytes: number, forecastPauseMs: number): Bounds {
  return {
    bytes: FLOOR_BYTES + BYTES_PER_BYTE * heapUsedBytes,
    silenceMs: FLOOR_SILENCE_MS + 2 * forecastPauseMs,
    lifeMs: FLOOR_LIFE_MS + LIFE_PER_PAUSE * forecastPauseMs,
  };
}

/** How often memory and disk are looked at. */
const LOOK_EVERY_BYTES = 16 * 2 ** 20;
/** Of all memory that this process may use, as much may be in use. */
const MAX_MEMORY_RATIO = 0.9;
/** Of the machine's memory, and of a disk, as much is left to others; of a large disk no more than a gigabyte. */
const LEFT_RATIO = 0.05;
const MAX_LEFT_BYTES = 2 ** 30;

/** Keeps one snapshot within its bounds. */
export class Watch implements Disposable {
  readonly #bounds: Bounds;
  readonly #what: string;
  readonly #output: string | undefined;
  readonly #giveUp: (error: Error) => void;
  readonly #timers: NodeJS.Timeout[] = [];
  #bytes = 0;
  #lookedAtBytes = 0;
  #heardAtMs = performance.now();
  #isOver = false;

  /**
   * @param isolate as errors name it
   * @param output the file that the snapshot is written to
   * @param giveUp called with why, once a bound is passed
   */
  constructor(bounds: Bounds, isolate: string, output: string | undefined, giveUp: (error: Error) => void) {
    this.#bounds = bounds;
    this.#what = `Cannot take snapshot of ${isolate}`;
    this.#output = output;
    this.#giveUp = giveUp;
  }

  /** The target has begun, or goes on, with a word or with some bytes of the snapshot. Gives whether they are taken. */
  heard(bytes = 0): boolean {
    this.#heardAtMs = performance.now();
    if (this.#timers.length === 0) this.#start();
    this.#bytes += bytes;
    if (this.#bytes > this.#bounds.bytes) {
      this.#end(
        new Error(`${this.#what}: it has more than ${humanSize(this.#bounds.bytes)}, far beyond what the heap needs`),
      );
    } else if (this.#bytes - this.#lookedAtBytes >= LOOK_EVERY_BYTES) {
      this.#lookedAtBytes = this.#bytes;
      this.#look();
    }
    return !this.#isOver;
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #start(): void {
    const { silenceMs, lifeMs } = this.#bounds;
    const checkSilence = () => {
      if (performance.now() - this.#heardAtMs < silenceMs) return;
      this.#end(
        timeout(`${this.#what}: the target has sent nothing for ${humanDuration(silenceMs)} in the middle of it`),
      );
    };
    const tooLong = () => this.#end(timeout(`${this.#what}: it has not ended within ${humanDuration(lifeMs)}`));
    this.#timers.push(setInterval(checkSilence, Math.min(1_000, silenceMs / 4)), setTimeout(tooLong, lifeMs));
  }

  #look(): void {
    const allBytes = Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem());
    if (process.memoryUsage.rss() > allBytes * MAX_MEMORY_RATIO || freemem() < totalmem() * LEFT_RATIO) {
      this.#end(new Error(`${this.#what}: there is no memory left for it here, after ${humanSize(this.#bytes)} of it`));
    } else if (this.#output !== undefined) {
      const { bavail, blocks, bsize } = statfsSync(dirname(this.#output));
      if (bavail * bsize > Math.min(MAX_LEFT_BYTES, blocks * bsize * LEFT_RATIO)) return;
      this.#end(
        new Error(
          `Cannot write ${this.#output}: its disk has ${humanSize(bavail * bsize)} left, make room or choose another`,
        ),
      );
    }
  }

  #end(error: Error): void {
    this.#isOver = true;
    this[Symbol.dispose]();
    this.#giveUp(error);
  }
}

function timeout(message: string): DOMException {
  return new DOMException(message, 'TimeoutError');
}
