/**
 * A real process to be inspected: a program of test/fixtures under `--inspect=127.0.0.1:0`.
 *
 *     await using target = await startTarget('puppet');
 *     await using agent = await attach(`${target.port}`);
 *     await target.line(/ready/);          // standard output, from its start on
 *     target.send('exit 3\n');             // standard input
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface TargetOptions {
  /** The Node to run it with; default: the one that runs the test. */
  nodeBinary?: string;
  execArgv?: string[];
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** Default: the test's own. */
  cwd?: string;
  /** False: no `--inspect`; `port` is then 0 and `wsUrl` empty. */
  inspect?: boolean;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** When the exit was seen, on `performance.now()`'s clock. */
  atMs: number;
}

export interface Target extends AsyncDisposable {
  readonly pid: number;
  /** Of the inspector. */
  readonly port: number;
  readonly wsUrl: string;
  /** The first line of standard output, old or new, that matches and has not been given before. */
  line(pattern: RegExp): Promise<string>;
  /** The same of standard error. */
  errorLine(pattern: RegExp): Promise<string>;
  send(text: string): void;
  kill(signal?: NodeJS.Signals): void;
  readonly exited: Promise<Exit>;
}

const LISTENING = /^Debugger listening on (ws:\/\/\S+)/;

/** Starts `test/fixtures/NAME.mjs` (or the path of a program, if it has a slash) and waits until its inspector listens. */
export async function startTarget(fixture: string, options: TargetOptions = {}): Promise<Target> {
  const { nodeBinary = process.execPath, execArgv = [], args = [], env, cwd, inspect = true } = options;
  const program = fixture.includes('/')
    ? fixture
    : join(import.meta.dirname, '../../../test/fixtures', `${fixture}.mjs`);
  const flags = inspect ? ['--inspect=127.0.0.1:0', ...execArgv] : execArgv;
  const child = spawn(nodeBinary, [...flags, program, ...args], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    ...(cwd !== undefined && { cwd }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // a program that ends takes its standard input along; what was sent to it then is nobody's business
  child.stdin.on('error', () => {});
  await once(child, 'spawn');
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal, atMs: performance.now() }));
  const out = new Lines(child.stdout);
  const err = new Lines(child.stderr);
  const wsUrl = inspect ? LISTENING.exec(await err.next(LISTENING))![1] : '';
  return {
    pid: child.pid as number,
    port: inspect ? Number(new URL(wsUrl).port) : 0,
    wsUrl,
    line: (pattern) => out.next(pattern),
    errorLine: (pattern) => err.next(pattern),
    send: (text) => void child.stdin.write(text),
    kill: (signal) => void child.kill(signal),
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The lines of a stream, kept until somebody asks for them. */
class Lines {
  readonly #kept: string[] = [];
  readonly #waiting = new Set<{ pattern: RegExp; found: (line: string) => void; lost: (why: Error) => void }>();
  #ended = false;

  constructor(stream: Readable) {
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => this.#take(line));
    lines.on('close', () => {
      this.#ended = true;
      for (const { pattern, lost } of this.#waiting) lost(this.#missing(pattern));
    });
  }

  next(pattern: RegExp): Promise<string> {
    const index = this.#kept.findIndex((line) => pattern.test(line));
    if (index >= 0) return Promise.resolve(this.#kept.splice(index, 1)[0]);
    if (this.#ended) return Promise.reject(this.#missing(pattern));
    return new Promise((found, lost) => this.#waiting.add({ pattern, found, lost }));
  }

  #take(line: string): void {
    for (const waiter of this.#waiting) {
      if (!waiter.pattern.test(line)) continue;
      this.#waiting.delete(waiter);
      waiter.found(line);
      return;
    }
    this.#kept.push(line);
  }

  #missing(pattern: RegExp): Error {
    return new Error(`Cannot find a line like ${pattern}: the program ended after\n${this.#kept.join('\n')}`);
  }
}
