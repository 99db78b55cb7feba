/** Why a target does not run, for people: what it has answered, and what the system says of its process where that is here. */
import { statOf } from '../memory/process-state.ts';
import type { Condition } from './condition.ts';
import { type Located, localPid } from './local-process.ts';

/** Undefined for one that runs. @param silentMs for how long it has answered nothing */
export async function standstill(
  agent: Located & { readonly silentMs: number },
  condition: Condition,
): Promise<string | undefined> {
  if (condition === 'running') return undefined;
  if (condition === 'paused') return 'a debugger has paused it';
  const state = await processState(agent);
  const what =
    condition === 'silent'
      ? `it has answered nothing for ${Math.round(agent.silentMs / 1_000)} s`
      : 'its event loop does not turn';
  const why = state === null ? unseen(condition) : WHY[state];
  return why === undefined ? what : `${what}: ${why}`;
}

/** By the letter that Linux has for a process's state. */
const WHY: Readonly<Record<string, string>> = {
  T: 'its process is stopped (kill -CONT)',
  t: 'its process is stopped by a debugger of the system',
  D: 'its process waits for a device',
};

/** Of one that is not here. */
function unseen(condition: Condition): string | undefined {
  return condition === 'silent' ? 'its process is stopped, or the connection is down' : undefined;
}

/** Null where it is not known. */
async function processState(agent: Located): Promise<string | null> {
  const pid = await localPid(agent).catch(() => null);
  return pid === null ? null : (statOf(`/proc/${pid}`)?.state ?? null);
}
