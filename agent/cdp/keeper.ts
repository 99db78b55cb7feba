/**
 * Leaves a connection open without us: a session that has once begun to sample ends whatever sampling runs when it ends, also
 * one that somebody else has begun since. So the socket is given to a small process, which parts when the target ends, or when
 * nobody samples any more.
 */
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

/** Beside this file: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = fileURLToPath(import.meta.url.replace(/keeper(?=\.\w+$)/, 'keeper-process'));

/** Enough for what is read and thrown away. */
const HEAP_FLAGS = ['--max-old-space-size=24', '--max-semi-space-size=1'];

/** Gives a socket, on which nothing is under way, to a process that keeps it; ours is to be closed then. */
export function keepOpen(socket: Socket): void {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [...HEAP_FLAGS, PROGRAM], {
    // in a session of its own, it hears no Ctrl-C; and it holds no folder
    detached: true,
    cwd: '/',
    env,
    stdio: ['ignore', 'ignore', 'ignore', socket],
  });
  child.on('error', () => {}); // where none can be started, the connection ends as it would have
  child.unref();
}
