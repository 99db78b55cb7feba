/**
 * Who ends the sessions of a process that dies hard: a small process of its own that has a copy of each session's socket.
 *
 *     this process ──socket, what to say at the end──> session-standby-process     waits, and reads nothing
 *         │ a session ends: its copy is closed
 *         └ dead, or a session whose answers are long due: says it, waits for the last answer, closes
 *
 * Node 18, 20 and 22 can die of a segmentation fault where a socket ends while an answer for it is due (client-session.ts), and a
 * worker's session is ended by a command alone: what we sample in a worker would be sampled for ever. A snapshot's connection
 * has a standby of its own (standby.ts), from the thread that receives it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** What the standby is sent, with the socket where it is new. */
export interface SessionOrder {
  readonly id: number;
  /**
   * `hold`: keep a copy; `farewell`: frames to be sent when we have gone; `release`: close the copy; `takeOver`: end the
   * session in its order, although we live.
   */
  readonly act: 'hold' | 'farewell' | 'release' | 'takeOver';
  readonly frames?: readonly string[];
}

/** A session's socket in other hands. */
export interface HeldSocket {
  /** What is to be said at the end, instead of what was to be said before. */
  farewell(frames: readonly string[]): void;
  /** The socket is about to end here. */
  release(): void;
  /** From here on the session is the standby's; ours is to be closed. */
  takeOver(): void;
}

/** Beside this file: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = fileURLToPath(import.meta.url.replace(/session-standby(?=\.\w+$)/, 'session-standby-process'));

/** Enough for what is read and thrown away. */
const HEAP_FLAGS = ['--max-old-space-size=24', '--max-semi-space-size=1'];

let current: SessionStandby | undefined;

/** Once this has resolved and until it is disposed of, the sessions that this thread opens have a standby. It is for who stays long. */
export async function standBySessions(): Promise<Disposable> {
  const standby = new SessionStandby();
  await standby.ready;
  current = standby;
  return {
    [Symbol.dispose]() {
      if (current === standby) current = undefined;
      standby.end();
    },
  };
}

/** Gives a copy of a session's socket to the standby; undefined where there is none. */
export function holdSocket(socket: Socket): HeldSocket | undefined {
  return current?.hold(socket);
}

class SessionStandby {
  /** Resolves when it hears us, or has failed to start. */
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  #lastId = 0;
  #hasEnded = false;

  constructor() {
    const { NODE_OPTIONS: _, ...env } = process.env;
    // in a session of its own, it hears no Ctrl-C; and it holds no folder
    this.#child = fork(PROGRAM, { detached: true, cwd: '/', env, execArgv: HEAP_FLAGS, stdio: 'ignore' });
    this.ready = new Promise((resolve) => {
      const end = () => {
        this.#hasEnded = true;
        resolve();
      };
      // where none can be started, or one has gone, sessions end as they would have
      this.#child.on('error', end).on('exit', end).on('disconnect', end);
      this.#child.once('message', () => {
        this.#child.unref();
        this.#child.channel?.unref();
        resolve();
      });
    });
  }

  hold(socket: Socket): HeldSocket {
    const id = ++this.#lastId;
    this.#tell({ id, act: 'hold' }, socket);
    return {
      farewell: (frames) => this.#tell({ id, act: 'farewell', frames }),
      release: () => this.#tell({ id, act: 'release' }),
      takeOver: () => this.#tell({ id, act: 'takeOver' }),
    };
  }

  /** It ends when it has nothing to hold any more. */
  end(): void {
    if (!this.#hasEnded) this.#child.disconnect();
  }

  #tell(order: SessionOrder, socket?: Socket): void {
    if (this.#hasEnded) return;
    this.#child.send(order, socket, { keepOpen: true }, () => {}); // one that has gone ends nothing
  }
}
