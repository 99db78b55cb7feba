/**
 * Closes that wait. V8 forgets an isolate's object ids when any inspector session of it ends, also one that never asked for
 * them: so while ids are held for a checkpoint, none of our own connections to that process may close. They are given up
 * at once and closed later, in their order, when nothing is held any more.
 *
 *     close() ──> whenFree(url, close) ── held? ──> waits ──> release() of the last hold
 *                                      └─ free ──> closes now
 */

interface Hold {
  count: number;
  readonly waiting: (() => Promise<void>)[];
}

/** By the inspector's address. */
const holds = new Map<string, Hold>();

/** Keeps every connection of ours to the inspector at `url` from closing; gives what ends that, and then closes what waits. */
export function hold(url: string): () => Promise<void> {
  const held = holds.get(url) ?? { count: 0, waiting: [] };
  holds.set(url, held);
  held.count++;
  let isOver = false;
  return async () => {
    if (isOver) return;
    isOver = true;
    if (--held.count > 0) return;
    holds.delete(url);
    // one that the target refuses ends with its connection; the others are not to wait for it
    for (const close of held.waiting) await close().catch(() => {});
  };
}

export function isHeld(url: string): boolean {
  return holds.has(url);
}

/** Does `close` now and waits for it; while the inspector at `url` is held, puts it off and returns. */
export async function whenFree(url: string, close: () => Promise<void>): Promise<void> {
  const held = holds.get(url);
  if (held) held.waiting.push(close);
  else await close();
}
