/**
 * Ends our thread before it can do harm. V8's own limit of a thread's heap is no help: on Node 24 and 26 a thread that comes to it may
 * end the whole process (FATAL ERROR: Reached heap limit), or collect for ever.
 *
 *     its heap is too large ──> it throws
 *     it turns no more      ──> the main thread ends it (Watchdog)
 */
import { getHeapStatistics } from 'node:v8';
import { WORDS } from './agent-job.ts';

const LOOK_MS = 500;
/** The thread has 20 MB when it has begun. */
const MAX_HEAP_BYTES = 192 * 2 ** 20;

const TICK_MS = 5_000;
/** Ticks of the main thread in which ours has not turned once; a process that is stopped has none. */
const MAX_TICKS = 12;

/** In our thread. */
export function guardThread(words: Int32Array): void {
  setInterval(() => {
    Atomics.add(words, WORDS.turns, 1);
    const { used_heap_size: usedBytes } = getHeapStatistics();
    if (usedBytes > MAX_HEAP_BYTES) throw new Error(`its heap has grown to ${Math.round(usedBytes / 2 ** 20)} MB`);
  }, LOOK_MS);
}

/** On the main thread: calls `stuck` once where the thread has not turned for a minute. */
export class Watchdog {
  readonly #timer: NodeJS.Timeout;
  #turns = -1;
  #ticks = 0;

  constructor(words: Int32Array, stuck: () => void) {
    this.#timer = setInterval(() => this.#look(Atomics.load(words, WORDS.turns), stuck), TICK_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(turns: number, stuck: () => void): void {
    this.#ticks = turns === this.#turns ? this.#ticks + 1 : 0;
    this.#turns = turns;
    if (this.#ticks < MAX_TICKS) return;
    this.stop();
    stuck();
  }
}
