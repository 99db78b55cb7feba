/**
 * The process that reads a test's heap, seen from the test. It reads from outside, so that nothing of it is in the heap that it
 * reads; the test hands it the file of its own memory, which Linux lets it open whatever is forbidden between processes.
 *
 *     test ──{ open, fd of /proc/self/mem }──> reader ──> walk
 *          ──{ read, iterations }──>                      readings stay there
 *          ──{ judge }──> leaks
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import inspector from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import type { Answered, Asked, OpenQuestion } from './reader-question.ts';

/** Of the file descriptors of the reader. */
const MEM_FD = 4;
/** Marks of a test that is no main thread: a number that no other thread of the process is likely to have chosen. */
const LEAST_MARKS = 1_000;

class HeapwatchMark {}

export class Reader {
  readonly probe: 'walk' | 'census';
  readonly #child: Child;
  /** Live as long as the reader. */
  readonly marks: readonly HeapwatchMark[];

  private constructor(child: Child, probe: 'walk' | 'census', marks: readonly HeapwatchMark[]) {
    this.#child = child;
    this.probe = probe;
    this.marks = marks;
  }

  /** @throws Error of one line where this heap can be read in no way */
  static async open(): Promise<Reader> {
    const child = new Child();
    try {
      const count = isMainThread ? 0 : LEAST_MARKS + Math.floor(Math.random() * LEAST_MARKS);
      const marks = Array.from({ length: count }, () => new HeapwatchMark());
      const about = { pid: process.pid, ...(child.hasMemory && { memFd: MEM_FD }), ...(count > 0 && { marks: count }) };
      return new Reader(child, await opened(child, about), marks);
    } catch (error) {
      child.end();
      throw error;
    }
  }

  get hasEnded(): boolean {
    return this.#child.hasEnded;
  }

  /** @throws Error of one line */
  ask<Result>(call: Asked['call'], params: object = {}): Promise<Result> {
    return this.#child.ask(call, params);
  }
}

/** By its memory, else by its inspector, which is then opened on this machine's loopback for as long as the process runs. */
async function opened(child: Child, about: OpenQuestion): Promise<'walk' | 'census'> {
  try {
    return await child.ask('open', about);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    if (!isMainThread) {
      throw new Error(`${error.message}; and a worker thread has no inspector of its own: run tests in processes`);
    }
    if (inspector.url() === undefined) inspector.open(0, '127.0.0.1');
    return await child.ask('open', { ...about, inspectorUrl: inspector.url() });
  }
}

class UnreadableError extends Error {}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The process, and the questions that wait for it. It ends with its channel, and some time after the last question. */
class Child {
  readonly hasMemory: boolean;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor() {
    const mem = ownMemory();
    this.hasMemory = mem !== undefined;
    const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...env } = process.env;
    this.#process = spawn(process.execPath, [programPath()], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', mem ?? 'ignore'],
      env,
    });
    if (mem !== undefined) closeSync(mem);
    this.#process.on('message', (answer: Answered) => this.#hear(answer));
    this.#process.on('error', (cause) => this.#fail(new Error(`Cannot read this heap: ${cause.message}`, { cause })));
    this.#process.on('exit', (code, signal) => {
      this.#fail(new Error(`Cannot read this heap: what reads it has ended (${signal ?? `code ${code}`})`));
    });
    this.#process.unref();
    this.#process.channel?.unref();
  }

  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  ask<Result>(call: Asked['call'], params: object): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const id = ++this.#lastId;
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      this.#process.channel?.ref();
      const question: Asked = { id, call, params };
      this.#process.send(question, (error) => {
        if (error) this.#fail(error);
      });
    });
  }

  end(): void {
    this.#fail(new Error('Cannot read this heap: it was let go of'));
    this.#process.kill();
  }

  #hear(answer: Answered): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) this.#process.channel?.unref();
    if ('result' in answer) pending?.resolve(answer.result);
    else pending?.reject(answer.unreadable ? new UnreadableError(answer.error) : new Error(answer.error));
  }

  #fail(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}

/** Undefined where there is no such file. */
function ownMemory(): number | undefined {
  try {
    return openSync('/proc/self/mem', 'r');
  } catch {
    return undefined; // no Linux, or a kernel that keeps it from its own process: the inspector tells
  }
}

/** The built program, also beside a bundle; where Node.js runs TypeScript, the source. */
function programPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(`./reader-process${extension}`, import.meta.url));
}
