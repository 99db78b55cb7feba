/** Runs the built command in a process of its own, as a shell would. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The built command. */
export const mainPath = fileURLToPath(new URL('../../collector/cli/main.js', import.meta.url));

export interface CliResult {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  readonly process: ChildProcessWithoutNullStreams;
  readonly result: Promise<CliResult>;
  /** Resolves with the match when stderr (or stdout) has it; rejects when the command ends without. */
  said(pattern: RegExp, where?: 'stderr' | 'stdout'): Promise<RegExpExecArray>;
}

/**
 * Starts `heapwatch ...args`; its stdin is a pipe, so nobody is at a terminal.
 * @param under a command that starts the one behind it, with its own arguments
 */
export function startCli(args: readonly string[], env: NodeJS.ProcessEnv = {}, under: readonly string[] = []): Cli {
  const [program, ...line] = [...under, process.execPath, mainPath, ...args] as [string, ...string[]];
  const child = spawn(program, line, { env: { ...process.env, ...env }, stdio: 'pipe' });
  const text = { stdout: '', stderr: '' };
  const closed = once(child, 'close') as Promise<[number | null]>;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return {
    process: child,
    result: closed.then(([code]) => ({ code, ...text })),
    async said(pattern, where = 'stderr') {
      for (;;) {
        const found = pattern.exec(text[where]);
        if (found) return found;
        const [event] = await Promise.race([
          once(child[where], 'data').then(() => ['data']),
          closed.then(() => ['close']),
        ]);
        const late = pattern.exec(text[where]);
        if (late) return late;
        if (event === 'close') throw new Error(`heapwatch ended without ${pattern} on ${where}:\n${text[where]}`);
      }
    },
  };
}

/** Runs `heapwatch ...args` to its end. */
export function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  return startCli(args, env).result;
}
