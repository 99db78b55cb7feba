/** A program in a process group of its own, so that all that it has started ends with it. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** That it cannot be started is an `exit` with code 127, as a shell says it. */
export function startGroup(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(file, args, { ...options, detached: true });
  child.on('error', () => child.emit('exit', 127, null));
  return child;
}

/** Nothing happens where all of it has ended. */
export function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
