/** Whether the kernel has killed a target for memory, which its connection's end does not tell. */
import { countKills, killsSince } from '../process/oom-kills.ts';
import { type Located, localPid } from './local-process.ts';

/** What tells, once the connection has ended; undefined for a target that is not here, or whose kills are not counted. */
export async function killWatch(agent: Located): Promise<(() => string | undefined) | undefined> {
  try {
    const pid = await localPid(agent);
    const before = pid === null ? null : await countKills(pid);
    return before === null ? undefined : () => killText(before.group, killsSince(before));
  } catch {
    return undefined; // what is not known of a death must not keep anybody from attaching
  }
}

function killText(group: string, kills: number): string | undefined {
  if (kills === 0) return undefined;
  return `memory ran out: the kernel has killed ${kills === 1 ? 'a process' : `${kills} processes`} of its cgroup ${group} meanwhile (oom_kill)`;
}
