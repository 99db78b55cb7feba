/** How a command attaches to its target: says why a target that does not run makes us wait. */
import type { Agent } from '../../agent/attach/agent.ts';
import type { Condition } from '../../agent/attach/condition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { Io } from '../terminal/io.ts';
import { standstillText } from './words.ts';

/** @throws as `attach` */
export async function attachTo(target: string, io: Io): Promise<Agent> {
  const { attach } = await import('../../agent/attach/agent.ts');
  const { watchCondition } = await import('../../agent/attach/condition-watch.ts');
  const agent = await attach(target, { signal: io.signal });
  const hear = (_: Condition, why: string | undefined) => io.say(standstillText(target, why));
  watchCondition(agent, hear).catch((error) => io.say(`cannot look whether ${target} runs: ${reasonOf(error)}`));
  return agent;
}
