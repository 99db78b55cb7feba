/**
 * V8's pause before it gives up a process for want of heap: while the inspector's debugger is enabled, V8 raises the limit of the
 * heap to four times as much and pauses. A process of its own holds the debugger, so that a target never stands still because this
 * one is busy, stopped or dead.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AttachError } from '../base/errors.ts';

/** What the process is sent. */
export interface OomOrder {
  readonly id: number;
  /** `arm` enables the debugger; `release` disables it, paused or not. */
  readonly act: 'open' | 'arm' | 'release';
  /** Of the inspector that is to be opened. */
  readonly url?: string;
}

/** What it says: the end of an order, or what has happened. */
export type OomAnswer =
  | { readonly id: number; readonly error?: string }
  | { readonly paused: true }
  | { readonly heldMs: number };

/** Beside this file: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = fileURLToPath(import.meta.url.replace(/oom-pause(?=\.\w+$)/, 'oom-pause-process'));
/** Enough for a connection; an event tells of each script of the target. */
const HEAP_FLAGS = ['--max-old-space-size=48', '--max-semi-space-size=1'];
/** The program releases before; a process that is stopped is ended, which releases too. */
const MOST_PAUSED_MS = 2_000;

export interface OomPauseListener {
  /** V8 has paused: the target stands still until `release`, and for two seconds at most. */
  onPaused(): void;
  /** It goes on. */
  onReleased(heldMs: number): void;
}

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export class OomPause implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #listener: OomPauseListener;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #lastId = 0;
  #overdue: NodeJS.Timeout | undefined;

  private constructor(listener: OomPauseListener) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#listener = listener;
    // in a session of its own, it hears no Ctrl-C; and it holds no folder
    this.#child = fork(PROGRAM, { detached: true, cwd: '/', env, execArgv: HEAP_FLAGS, stdio: 'ignore' });
    this.#exited = new Promise((resolve) => {
      const end = () => {
        clearTimeout(this.#overdue);
        for (const { reject } of this.#waiting.values()) reject(new AttachError('its process has ended'));
        this.#waiting.clear();
        resolve();
      };
      this.#child.on('error', end).on('exit', end);
    });
    this.#child.on('message', (answer: OomAnswer) => this.#hear(answer));
  }

  /** Connects, and enables nothing yet. @throws AttachError */
  static async open(url: string, listener: OomPauseListener): Promise<OomPause> {
    const pause = new OomPause(listener);
    try {
      await pause.#ask('open', url);
      pause.#child.unref();
      pause.#child.channel?.unref();
      return pause;
    } catch (error) {
      await pause[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** From here on V8 pauses before it gives up. @throws AttachError */
  async arm(): Promise<void> {
    await this.#ask('arm');
  }

  /** From here on it does not; a paused target goes on. @throws AttachError */
  async release(): Promise<void> {
    await this.#ask('release');
  }

  /** Releases and disconnects; it resolves when the process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const cut = setTimeout(() => this.#child.kill('SIGKILL'), MOST_PAUSED_MS);
    await this.#exited;
    clearTimeout(cut);
  }

  #ask(act: OomOrder['act'], url?: string): Promise<void> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) return reject(new AttachError('its process has ended'));
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, act, ...(url !== undefined && { url }) }, () => {}); // its end says that it has gone
    });
  }

  #hear(answer: OomAnswer): void {
    if ('paused' in answer) {
      this.#overdue = setTimeout(() => this.#child.kill('SIGKILL'), MOST_PAUSED_MS).unref();
      this.#listener.onPaused();
    } else if ('heldMs' in answer) {
      clearTimeout(this.#overdue);
      this.#listener.onReleased(answer.heldMs);
    } else {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.error === undefined) waiting?.resolve();
      else waiting?.reject(new AttachError(answer.error));
    }
  }
}
