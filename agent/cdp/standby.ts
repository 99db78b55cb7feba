/**
 * Who ends a snapshot's connection when this process (or the thread that receives) dies in the middle of it.
 *
 *     this thread ──socket, job──> standby-process     waits, and reads nothing of the socket
 *         │ dismissed: killed, its copy of the socket with it
 *         └ dead: its pipe ends ──> reads the socket until the target has sent everything, parts, closes it
 *
 * Node 18, 20 and 22 die of a segmentation fault, two or three times in a hundred, if a snapshot's connection ends while they
 * send; nothing can cancel a snapshot. So the connection has to outlive whatever ends us: a kill -9, an error that nobody
 * caught, a thread that is terminated.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What the standby is sent: how the connection ends in order, and what we leave on the disk. */
export interface StandbyJob {
  /** A frame that the target answers when it has sent the snapshot. */
  readonly ask: string;
  /** Stands in that answer, and in no chunk. */
  readonly answer: string;
  /** Frames that the target is sent then. */
  readonly farewell: readonly string[];
  /** Files that are of no use to anybody without us. */
  readonly remove: readonly string[];
  /** So much is let come: no snapshot of the heap is larger. */
  readonly maxBytes: number;
}

/** Beside this file: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = fileURLToPath(import.meta.url.replace(/standby(?=\.\w+$)/, 'standby-process'));

/** Enough for what is read and thrown away. */
const HEAP_FLAGS = ['--max-old-space-size=24', '--max-semi-space-size=1'];

export class Standby {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    // one that could not be started has nothing to end: the snapshot is taken without it
    this.#exited = once(child, 'exit').catch(() => {});
    child.stdin?.on('error', () => {}); // the same
  }

  /** Starts it with a copy of `socket`, from which nothing may be on its way at the moment. */
  static start(socket: Socket, job: StandbyJob): Standby {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, [...HEAP_FLAGS, PROGRAM], {
      // in a session of its own, it hears no Ctrl-C; and it holds no folder
      detached: true,
      cwd: '/',
      env,
      stdio: ['pipe', 'ignore', 'ignore', socket],
    });
    const standby = new Standby(child);
    child.stdin?.write(JSON.stringify(job));
    child.unref();
    (child.stdin as Socket | null)?.unref();
    // it was stopped to be handed over
    socket.resume();
    return standby;
  }

  /** Has it take over: the connection is no longer ours. */
  takeOver(): void {
    this.#child.stdin?.end();
  }

  /** Ends it, in this tick as far as the socket is concerned; resolves when it has gone. */
  async dismiss(): Promise<void> {
    this.#child.ref();
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
