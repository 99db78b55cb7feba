/**
 * Who closes an inspector that a signal of ours opens, whatever becomes of us: from before the signal until the inspector has
 * been seen closed or can no longer open, a small process of its own watches over it (custodian-process.ts).
 *
 *     own(pid) ──> SIGUSR1 ──> opens ──> used ──> closed ──> release(pid)
 *                     └─ given up, not seen closed, or our end: the custodian closes it, when it can
 *
 * One custodian for all that this process opens, started with the first. It ends when we do, and it has nothing left to close.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { programUrl } from '../threads/program.ts';

/** An inspector that a signal is about to open. */
export interface Owned {
  readonly pid: number;
  /** The process's start, in ticks since boot: another one that gets its pid is none of ours. */
  readonly startTicks: number;
  /** Inodes of the sockets that it listened on before. */
  readonly before: readonly number[];
}

/** What the custodian is sent, a line of JSON each. */
export type Order = { readonly own: Owned } | { readonly release: number } | { readonly close: number };
/** What it answers: the inspector is closed, or will not open any more; null: somebody else is on it, and it stays open. */
export interface Done {
  readonly pid: number;
  readonly outcome: 'closed' | 'never-opened' | 'left-open';
}

/** It reads /proc and, where there is something to close, opens one session. */
const HEAP_FLAGS = ['--max-old-space-size=32', '--max-semi-space-size=1'];

let custodian: Custodian | undefined;

/** Resolves when the custodian cannot miss it any more, even if we die in the next instant. */
export async function own(owned: Owned): Promise<void> {
  if (custodian === undefined || custodian.hasEnded) custodian = new Custodian();
  await custodian.tell({ own: owned });
}

/** It has been seen closed. */
export function release(pid: number): void {
  void custodian?.tell({ release: pid });
}

/**
 * Has it closed as soon as that can be; resolves with what came of it, or with undefined where there is no custodian. To wait
 * for it does not keep this process from ending.
 */
export async function closeLater(pid: number): Promise<Done['outcome'] | undefined> {
  return await custodian?.close(pid);
}

/** Where the custodian has been asked to close the inspector of a process: settles when that is over; else undefined. */
export function closingOf(pid: number): Promise<unknown> | undefined {
  return custodian?.closingOf(pid);
}

class Custodian {
  readonly #child: ChildProcess;
  readonly #closing = new Map<
    number,
    { over: Promise<unknown>; settle: (outcome: Done['outcome'] | undefined) => void }
  >();
  hasEnded = false;

  constructor() {
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#child = spawn(
      process.execPath,
      [...HEAP_FLAGS, fileURLToPath(programUrl('./custodian-process', import.meta.url))],
      // in a session of its own it hears no Ctrl-C; and it holds no folder
      { detached: true, cwd: '/', env, stdio: ['pipe', 'pipe', 'ignore'] },
    );
    // where none can be started, we are alone with it
    const end = () => this.#end();
    this.#child.on('error', end);
    this.#child.on('exit', end);
    this.#child.stdin?.on('error', end);
    this.#child.unref();
    for (const pipe of [this.#child.stdin, this.#child.stdout]) (pipe as Socket | null)?.unref();
    createInterface({ input: this.#child.stdout as Socket }).on('line', (line) => this.#hear(JSON.parse(line) as Done));
  }

  /** Resolves when the kernel has it. */
  tell(order: Order): Promise<void> {
    return new Promise((resolve) => {
      if (this.hasEnded || !this.#child.stdin) resolve();
      else this.#child.stdin.write(`${JSON.stringify(order)}\n`, () => resolve());
    });
  }

  close(pid: number): Promise<Done['outcome'] | undefined> {
    this.#closing.get(pid)?.settle(undefined);
    if (this.hasEnded) return Promise.resolve(undefined);
    let settle!: (outcome: Done['outcome'] | undefined) => void;
    const over = new Promise<Done['outcome'] | undefined>((resolve) => {
      settle = resolve;
    });
    this.#closing.set(pid, { over, settle });
    void this.tell({ close: pid });
    return over;
  }

  closingOf(pid: number): Promise<unknown> | undefined {
    return this.#closing.get(pid)?.over;
  }

  #hear({ pid, outcome }: Done): void {
    this.#closing.get(pid)?.settle(outcome);
    this.#closing.delete(pid);
  }

  #end(): void {
    this.hasEnded = true;
    for (const { settle } of this.#closing.values()) settle(undefined);
    this.#closing.clear();
  }
}
