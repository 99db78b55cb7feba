/** The agent's thread as the program's main thread sees it: it comes again when it has ended, and is let go when the program exits. */
import { Worker } from 'node:worker_threads';
import { type AgentJob, type Refused, WORDS } from './agent-job.ts';
import type { Settings } from './settings.ts';
import { Watchdog } from './thread-guard.ts';

/** The built one and, where Node runs TypeScript, the source. */
const PROGRAM = new URL(`./watch-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/** Bounds of the thread's JavaScript heap that it does not come to: thread-guard.ts. What it reads of heaps is outside of that. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 } as const;
/** How long the exit of a program waits for our inspector sessions to be closed: Node says on stderr that it waits for those left. */
const GOODBYE_MS = 100;
/** Functions that a main thread calls to come to the point where it takes what other threads have posted. */
const CALLS = 1_000;
/** When a thread that has ended is started again: after the first time, the second, … */
const AGAIN_MS = [1_000, 10_000, 60_000, 600_000] as const;
/** A thread that ran for so long ends a row of failures. */
const HELD_MS = 600_000;

/** Variables that are the program's alone: options of Node's would be of our thread too, and of processes that it starts. */
const NOT_OURS = ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'NODE_DEBUG'] as const;

export class AgentThread {
  readonly #settings: Settings;
  readonly #words = new Int32Array(new SharedArrayBuffer(WORDS.count * Int32Array.BYTES_PER_ELEMENT));
  readonly #onExit = () => this.#goodbye();
  #worker: Worker | undefined;
  #again: NodeJS.Timeout | undefined;
  #failures = 0;
  #isOver = false;

  /** @throws Error where no thread may be started */
  constructor(settings: Settings) {
    this.#settings = settings;
    this.#start();
    process.on('exit', this.#onExit);
  }

  async close(): Promise<void> {
    this.#end();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #start(before?: string): void {
    this.#words.fill(0);
    const workerData: AgentJob = { settings: this.#settings, words: this.#words, ...(before && { before }) };
    const env = { ...process.env };
    for (const name of NOT_OURS) delete env[name];
    const options = { workerData, env, execArgv: [], stdout: true, stderr: true, resourceLimits: LIMITS };
    const worker = new Worker(PROGRAM, { ...options, name: 'heapwatch' });
    const beganAtMs = performance.now();
    let reason = 'it has ended';
    worker.on('error', (error) => {
      reason = `it failed, ${error.message}`;
    });
    worker.on('message', ({ refused }: Refused) => {
      void this.close();
      process.emitWarning(refused, 'HeapwatchWarning');
    });
    const watchdog = new Watchdog(this.#words, () => {
      reason = 'it stood still, and was ended';
      void worker.terminate();
    });
    worker.on('exit', (code) => {
      watchdog.stop();
      this.#ended(worker, `${reason} (code ${code})`, performance.now() - beganAtMs);
    });
    // who listens to it would keep the process running
    worker.unref();
    this.#worker = worker;
  }

  #ended(worker: Worker, reason: string, ranMs: number): void {
    if (this.#worker === worker) this.#worker = undefined;
    this.#words.fill(0);
    if (this.#isOver) return;
    this.#failures = ranMs >= HELD_MS ? 1 : this.#failures + 1;
    const inMs = AGAIN_MS[Math.min(this.#failures, AGAIN_MS.length) - 1]!;
    this.#again = setTimeout(() => this.#startAgain(reason), inMs).unref();
  }

  #startAgain(reason: string): void {
    try {
      this.#start(reason);
    } catch (error) {
      this.#end();
      process.emitWarning(`Cannot watch this process any more: ${(error as Error).message}`, 'HeapwatchWarning');
    }
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#again);
    process.off('exit', this.#onExit);
  }

  #goodbye(): void {
    const words = this.#words;
    Atomics.store(words, WORDS.exiting, 1);
    Atomics.notify(words, WORDS.exiting);
    const untilMs = performance.now() + GOODBYE_MS;
    for (let leftMs = GOODBYE_MS; leftMs > 0; leftMs = untilMs - performance.now()) {
      const open = Atomics.load(words, WORDS.open);
      if (open === 0) break;
      Atomics.wait(words, WORDS.open, open, leftMs);
    }
    for (let call = 0; call < CALLS; call++) turn();
  }
}

function turn(): void {}
