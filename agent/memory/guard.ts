/**
 * A small process of its own that sends SIGCONT to a process which we stopped, whatever happens to us: we are killed, we hang,
 * we are stopped ourselves. It is started and known to be ready before anything is stopped.
 *
 *     we                                guard
 *     arm PID START DEADLINE   ──>      is it that process?
 *                              <──      armed
 *     SIGSTOP, copy, SIGCONT            (our end of the pipe closes, or the deadline passes: SIGCONT)
 *     disarm                   ──>
 *                              <──      disarmed, or: went on (the deadline had passed)
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { programUrl } from '../threads/program.ts';
import type { ProcessKey } from './process-state.ts';

/** How long a guard may take to start or to answer; a machine that is busy takes a second to start a Node. */
const ANSWER_MS = 20_000;

export class Guard implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #input: Writable;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#input = child.stdin as Writable;
    // a guard that has died closes its pipe: what was written to it is reported by the answer that does not come
    this.#input.on('error', () => {});
    this.#lines = createInterface({ input: child.stdout as Readable });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  static async start(): Promise<Guard> {
    const { NODE_OPTIONS: _, ...env } = process.env; // a debugger or an agent of ours is none of it
    const program = fileURLToPath(programUrl('./guard-program', import.meta.url));
    // in a session of its own: what ends our process group leaves it alone
    const child = spawn(process.execPath, ['--max-old-space-size=16', program], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      env,
    });
    await once(child, 'spawn');
    return new Guard(child);
  }

  /** From its return until `disarm`, the process is continued if we end, or after `deadlineMs`. */
  async arm({ pid, startTicks }: ProcessKey, deadlineMs: number): Promise<void> {
    await this.#ask(`arm ${pid} ${startTicks} ${deadlineMs}`, 'armed');
  }

  /** False if the deadline had passed: the process went on while we thought that it stood still. */
  async disarm(): Promise<boolean> {
    return (await this.#ask('disarm', 'disarmed', 'went on')) === 'disarmed';
  }

  async #ask(request: string, ...expected: string[]): Promise<string> {
    const timeout = AbortSignal.timeout(ANSWER_MS);
    this.#input.write(`${request}\n`);
    const late = once(timeout, 'abort').then(() => ({ done: true, value: undefined }));
    const { value } = await Promise.race([this.#answers.next(), late]);
    if (value !== undefined && expected.includes(value)) return value;
    this.#child.kill('SIGKILL');
    throw new Error(
      `Cannot guard a stopped process: expected "${expected[0]}" from the guard, got ${value ?? 'no answer'}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = this.#child.exitCode === null && this.#child.signalCode === null ? once(this.#child, 'exit') : null;
    this.#input.end();
    this.#lines.close();
    await gone;
  }
}
