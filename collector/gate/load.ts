/** The load that a gate puts on its server: a command of the shell, once or several times, one after the other. */
import { once } from 'node:events';
import { signalGroup, startGroup } from './process-group.ts';

/** What the command has started ends with it, also where it is interrupted. @throws Error where it fails; the reason of `signal` */
export async function runLoad(command: string, times: number, signal: AbortSignal): Promise<void> {
  for (let time = 0; time < times; time++) {
    signal.throwIfAborted();
    // what a load says of itself is no data of ours
    const child = startGroup(command, [], { shell: true, stdio: ['ignore', 'ignore', 2] });
    const end = () => signalGroup(child, 'SIGTERM');
    signal.addEventListener('abort', end, { once: true });
    const [code, by] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    signal.removeEventListener('abort', end);
    signal.throwIfAborted();
    if (code !== 0) throw new Error(`Cannot put load on the server: "${command}" ended with ${by ?? `code ${code}`}`);
  }
}
