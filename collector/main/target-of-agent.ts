/** The names of targets of agents: one program on many machines has many, and is one group. */
import type { TargetConfig } from '../config/target-config.ts';

export function ofAgent(target: TargetConfig, agent: string): TargetConfig {
  return { ...target, name: `${target.name}@${agent}` };
}

/** The agent that a target's name names; undefined where it names none. */
export function agentOf(target: string): string | undefined {
  const at = target.lastIndexOf('@');
  return at < 0 ? undefined : target.slice(at + 1);
}
