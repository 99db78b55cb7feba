/**
 * Runs the commands of a document as a shell would, in a folder of its own, with programs beside them:
 *
 *     ports of the document (9229, 7331, …) ─> free ones      folder/srv/app ─> /srv/app in what is printed
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { mainPath } from '../support/cli.ts';
import { folder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { projectRoot } from '../support/project.ts';
import type { Step } from './document.ts';
import { likeness, printed } from './likeness.ts';

/** What a background program prints when others can reach it. */
const READY = /Debugger listening on|collector started/;
/** The ports that documents use. */
const PORTS = ['9229', '7331'];
/** After which a command is ended; it is no measure of anything. */
const PATIENCE_MS = 90_000;

export interface Shell extends AsyncDisposable {
  /** Runs a command to its end, or until it is interrupted as the step says; gives what it printed on both streams. */
  run(step: Step): Promise<{ code: number | null; text: string }>;
  /** Starts a command that goes on, unless it runs already; resolves when others can reach it. */
  start(command: string): Promise<void>;
  write(name: string, text: string): void;
}

export async function startShell(): Promise<Shell> {
  const scratch = await folder();
  const app = scratch.join('srv/app');
  const bin = scratch.join('bin');
  for (const path of [app, bin, join(app, 'node_modules')]) mkdirSync(path, { recursive: true });
  copyFileSync(join(projectRoot, 'scripts/examples/server.mjs'), join(app, 'server.mjs'));
  symlinkSync(projectRoot, join(app, 'node_modules', 'heapwatch'));
  writeFileSync(join(bin, 'heapwatch'), `#!/bin/sh\nexec "${process.execPath}" "${mainPath}" "$@"\n`);
  chmodSync(join(bin, 'heapwatch'), 0o755);
  const ports = new Map(await Promise.all(PORTS.map(async (port) => [port, String(await freePort())] as const)));
  const mapped = (text: string) =>
    text.replace(new RegExp(`\\b(${PORTS.join('|')})\\b`, 'g'), (port) => ports.get(port)!);
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    PATH: `${bin}:${dirname(process.execPath)}:${process.env.PATH}`,
    HEAPWATCH_LISTEN: `127.0.0.1:${ports.get('7331')}`,
  };
  const running: ChildProcess[] = [];
  const started = new Set<string>();
  const begin = (command: string) => {
    const child = spawn('sh', ['-c', `exec 2>&1\n${mapped(command)}`], {
      cwd: app,
      env,
      detached: true,
      stdio: 'pipe',
    });
    child.stdin.on('error', () => {});
    running.push(child);
    return child;
  };
  return {
    async run({ command, input, output, isInterrupted }) {
      const child = begin(command);
      const wanted = likeness(output);
      let text = '';
      const shown = () => text.replaceAll(scratch.path, '');
      let isOver = false;
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (!isInterrupted || isOver || !wanted.test(printed(shown().replace(/[^\n]*$/, '')))) return;
        isOver = true;
        signal(child, 'SIGINT');
      });
      child.stdin.end(input.map((line) => `${mapped(line)}\n`).join(''));
      const patience = setTimeout(() => signal(child, 'SIGKILL'), PATIENCE_MS);
      const [code] = (await once(child, 'close')) as [number | null];
      clearTimeout(patience);
      return { code, text: shown() };
    },
    async start(command) {
      if (started.has(command)) return;
      started.add(command);
      const child = begin(command);
      let text = '';
      await new Promise<void>((ready, failed) => {
        child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (READY.test(text)) ready();
        });
        child.once('close', () => failed(new Error(`${command} ended:\n${text}`)));
      });
    },
    write(name, text) {
      writeFileSync(join(app, name), mapped(text));
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const closed = once(child, 'close');
        signal(child, 'SIGKILL');
        await closed;
      }
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** To the command and what it has started. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, name);
  } catch (error) {
    // the group has ended meanwhile
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
