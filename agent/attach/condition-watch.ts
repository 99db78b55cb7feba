/**
 * Tells of an attached target that does not run, while somebody waits for what it gives.
 *
 *     look every 2 s ─ paused, silent ──────────────> reported at once
 *                    └ blocked, for 10 s on end ────> reported: a long collection blocks a target too, a probe of ours as well
 */

import { DetachedError } from '../base/errors.ts';
import { sleep } from '../base/waiting.ts';
import type { Agent } from './agent.ts';
import { type Condition, SILENT_MS } from './condition.ts';
import { standstill } from './standstill.ts';

const LOOK_MS = 2_000;

/**
 * @param hear called with each change, and why the target does not run; undefined: it runs again
 * @param signal ends the watch, which ends with the agent in any case
 */
export async function watchCondition(
  agent: Agent,
  hear: (condition: Condition, why: string | undefined) => void,
  signal?: AbortSignal,
): Promise<void> {
  const end = new AbortController();
  signal?.addEventListener('abort', () => end.abort(), { once: true });
  void agent.closed.then(() => end.abort());
  agent.closing.addEventListener('abort', () => end.abort(), { once: true });
  let told: Condition = 'running';
  let stillSinceMs = Number.POSITIVE_INFINITY;
  while (await pause(end.signal)) {
    const condition = await conditionNow(agent);
    const nowMs = performance.now();
    stillSinceMs = condition === 'running' ? Number.POSITIVE_INFINITY : Math.min(stillSinceMs, nowMs);
    const isTold = condition !== 'blocked' || nowMs - stillSinceMs >= SILENT_MS;
    if (condition === told || !isTold || end.signal.aborted) continue;
    told = condition;
    hear(condition, await standstill(agent, condition));
  }
}

/** One that sends a snapshot is not asked: it answers when it has sent it. */
async function conditionNow(agent: Agent): Promise<Condition> {
  if (performance.now() - agent.heardAtMs < SILENT_MS) return 'running';
  try {
    return await agent.condition();
  } catch (error) {
    if (error instanceof DetachedError) return 'running'; // the session's own waiters get the error
    throw error;
  }
}

async function pause(signal: AbortSignal): Promise<boolean> {
  await sleep(LOOK_MS, signal, { ref: false });
  return !signal.aborted;
}
