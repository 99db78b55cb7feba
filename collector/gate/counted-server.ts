/** A server that is started for a gate, and asked how many requests it has answered. It ends with the gate. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AttachError, DetachedError } from '../../agent/base/errors.ts';
import { atMost, delay } from '../../agent/base/waiting.ts';
import { programUrl } from '../../agent/threads/program.ts';
import { signalGroup, startGroup } from './process-group.ts';

/** A server is asked so often whether it listens. */
const LOOK_MS = 50;
/** A server that is asked to end has so long. */
const END_MS = 5_000;
const ANSWER_MS = 10_000;
/** Of a line that a process writes to us. */
const MOST_LINE = 1_000;
/** Of all that it writes: some fifty for each answer. */
const MOST_BYTES = 16 * 2 ** 20;
/** Node processes of one command. */
const MOST_PROCESSES = 1_000;

interface Told {
  readonly requests: number;
  readonly listens: boolean;
}

/** Nothing where the line is none of our counter's: anything that the command starts may write to us. */
function toldBy(line: string): { pid?: number } & Partial<Told> {
  try {
    return Object(JSON.parse(line));
  } catch {
    return {};
  }
}

/** One Node process of those that the command has started. */
class Counted {
  pid = 0;
  readonly #socket: Socket;
  #answer: ((told: Told | undefined) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    // our counter sends some bytes for each question: what sends more is not ours
    let bytes = 0;
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) socket.destroy();
    });
    socket.on('close', () => this.#answer?.(undefined));
    const lines = createInterface(socket);
    // of the socket too: that it ended is seen by that it answers no more
    lines.on('error', () => socket.destroy());
    lines.on('line', (line) => this.#hear(line.slice(0, MOST_LINE)));
  }

  get hasEnded(): boolean {
    return this.#socket.destroyed;
  }

  /** Undefined where it is too busy to answer, or has ended. */
  ask(): Promise<Told | undefined> {
    if (this.hasEnded) return Promise.resolve(undefined);
    const answered = new Promise<Told | undefined>((resolve) => {
      this.#answer = resolve;
    });
    this.#socket.write('?');
    return atMost(ANSWER_MS, answered);
  }

  #hear(line: string): void {
    const { pid, requests, listens } = toldBy(line);
    if (Number.isSafeInteger(pid)) this.pid = pid as number;
    else this.#answer?.({ requests: Number(requests), listens: listens === true });
  }
}

/** How long the end of a server that answers no more may take to be seen. */
const SEEN_MS = 1_000;

export class CountedServer implements AsyncDisposable {
  readonly #command: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #listener: Server;
  readonly #folder: string;
  readonly #processes: Counted[] = [];
  #hasEnded = false;

  private constructor(command: ChildProcess, listener: Server, folder: string, processes: Counted[]) {
    this.#command = command;
    this.#listener = listener;
    this.#folder = folder;
    this.#processes = processes;
    this.#ended = once(command, 'exit').then(() => {
      this.#hasEnded = true;
    });
  }

  /** Starts `command`, and waits until a Node process of it listens. @throws AttachError where it ends before; the reason of `signal` */
  static async start(command: readonly string[], readyMs: number, signal: AbortSignal): Promise<CountedServer> {
    const folder = mkdtempSync(join(tmpdir(), 'heapwatch-gate-'));
    const path = join(folder, 'counter');
    const processes: Counted[] = [];
    const listener = createServer((socket) =>
      processes.length < MOST_PROCESSES ? processes.push(new Counted(socket)) : socket.destroy(),
    );
    listener.listen(path);
    await once(listener, 'listening');
    const server = new CountedServer(started(command, path), listener, folder, processes);
    try {
      await server.#listens(command, readyMs, signal);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The process that answers, and how many requests it has answered. @throws DetachedError when it has ended */
  async told(): Promise<{ readonly pid: number; readonly requests: number }> {
    const all = await Promise.all(this.#processes.map(async (each) => ({ pid: each.pid, told: await each.ask() })));
    const listening = all.filter(({ told }) => told?.listens);
    const most = listening.toSorted((a, b) => (b.told?.requests ?? 0) - (a.told?.requests ?? 0))[0];
    if (!most) throw await this.gone();
    return { pid: most.pid, requests: most.told?.requests ?? 0 };
  }

  /** Why it answers no more. */
  async gone(): Promise<DetachedError> {
    await atMost(SEEN_MS, this.#ended);
    const how = this.#hasEnded ? `has ended (${this.#ending()})` : 'has ended, or listens no more';
    return new DetachedError(`Cannot go on: the server ${how}`);
  }

  /** Whether a process of it listens. */
  async listens(): Promise<boolean> {
    const all = await Promise.all(this.#processes.filter((each) => !each.hasEnded).map((each) => each.ask()));
    return all.some((told) => told?.listens);
  }

  #ending(): string {
    return this.#command.signalCode ?? `code ${this.#command.exitCode}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) {
      signalGroup(this.#command, 'SIGTERM');
      await atMost(END_MS, this.#ended);
      signalGroup(this.#command, 'SIGKILL');
    }
    this.#listener.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #listens(command: readonly string[], readyMs: number, signal: AbortSignal): Promise<void> {
    const deadlineAtMs = performance.now() + readyMs;
    for (;;) {
      if (await this.listens()) return;
      if (this.#hasEnded) {
        throw new AttachError(`Cannot test ${command.join(' ')}: it ended before it listened (${this.#ending()})`);
      }
      if (performance.now() > deadlineAtMs) {
        throw new AttachError(`Cannot test ${command.join(' ')}: no Node.js process of it listens after ${readyMs} ms`);
      }
      await delay(LOOK_MS, signal);
    }
  }
}

/** With a process group of its own, so that what it starts ends with it. What it writes goes to our stderr. */
function started([file = '', ...args]: readonly string[], path: string): ChildProcess {
  const counter = programUrl('./request-counter-program', import.meta.url).href;
  const options = `${process.env.NODE_OPTIONS ?? ''} --import ${counter}`.trim();
  const env = { ...process.env, NODE_OPTIONS: options, HEAPWATCH_GATE: path };
  return startGroup(file, args, { env, stdio: ['ignore', 2, 2] });
}
