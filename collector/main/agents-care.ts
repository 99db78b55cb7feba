/**
 * What the collector that judges does for the agents: the targets of those that ended without a word are said to be gone, and
 * a configuration that one of them cannot run is taken back.
 */
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { membersIn } from '../fleet/members.ts';
import { rollBackFailing } from '../fleet/roll-back.ts';
import type { FleetMember } from './fleet-member.ts';
import { agentOf } from './target-of-agent.ts';

export interface CareOptions {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Looks now and then until the signal is aborted. Never rejects. */
export async function lookAfterAgents(member: FleetMember, { signal, logger, now }: CareOptions): Promise<void> {
  while (!signal.aborted) {
    await sleep(member.leaseMs, signal);
    if (signal.aborted) return;
    try {
      tellOf(member, await absent(member), now());
      const failed = await rollBackFailing(member.configuration, now());
      if (failed) logger.error(failed, "the fleet's configuration is taken back: an agent cannot run it");
    } catch (error) {
      logger.warn({ reason: reasonOf(error) }, 'the agents cannot be looked after: it is tried again');
    }
  }
}

/** Names of agents that were there and are not. @throws Error where NATS does not answer */
async function absent({ membership: { sessions, known } }: FleetMember): Promise<ReadonlySet<string>> {
  const [live, ever] = await Promise.all([membersIn(sessions), membersIn(known)]);
  const there = new Set(live.map(({ name }) => name));
  return new Set(ever.filter(({ kind, name }) => kind === 'agent' && !there.has(name)).map(({ name }) => name));
}

function tellOf({ log }: FleetMember, absent: ReadonlySet<string>, nowMs: number): void {
  for (const { head, event } of log.latest()) {
    if (head.type !== 'target' || event.type !== 'target' || event.state === 'gone') continue;
    const agent = agentOf(event.target);
    if (agent === undefined || !absent.has(agent)) continue;
    const { target, inspect, labels } = event;
    const reason = `its agent "${agent}" is not heard of any more`;
    log.append({ type: 'target', target, state: 'gone', inspect, labels, reason, at: new Date(nowMs).toISOString() });
  }
}
