/**
 * Processes that would open their inspectors on one port (`NODE_OPTIONS=--inspect-port=9300` for all of a service's) are opened
 * one after the other: only one can have it, and a signal to another is spent on an error in its log.
 */
const lines = new Map<string, Promise<unknown>>();
/** Ports that an inspector has which was opened from here, and by which process. */
const held = new Map<number, number>();

/** Does `work` after all that was begun before for the same address. */
export async function inLine<T>(address: string, work: () => Promise<T>): Promise<T> {
  const before = lines.get(address) ?? Promise.resolve();
  const mine = before.then(work, work);
  lines.set(address, mine);
  try {
    return await mine;
  } finally {
    if (lines.get(address) === mine) lines.delete(address);
  }
}

export function hold(port: number, pid: number): void {
  held.set(port, pid);
}

export function letGo(pid: number): void {
  for (const [port, holder] of held) if (holder === pid) held.delete(port);
}

/** The process whose inspector, opened from here, has the port; undefined where none has. */
export function holderOf(port: number): number | undefined {
  return held.get(port);
}
