/** Where the lines typed at the prompt are kept: the state folder of the XDG base directory specification. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { REPLServer } from 'node:repl';

/** `$XDG_STATE_HOME/heapwatch/history`, by default in `~/.local/state`. A relative `XDG_STATE_HOME` does not count. */
export function historyPath(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: given = '' } = env;
  const state = isAbsolute(given) ? given : join(homedir(), '.local', 'state');
  return join(state, 'heapwatch', 'history');
}

/** Gives the prompt its history; the file is its owner's alone (mode 0600). Gives a line to say where that does not work. */
export async function keepHistory(server: REPLServer): Promise<string | null> {
  const path = historyPath();
  try {
    // in the turn that shows the prompt, so that no line is typed before there is a history
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    await new Promise<void>((resolve, reject) => {
      server.setupHistory(path, (error) => (error ? reject(error) : resolve()));
    });
    return null;
  } catch (error) {
    return `Cannot keep history in ${path}: ${(error as Error).message}`;
  }
}
