/** Says what a snapshot will cost its target, and asks where that is much. */
import type { Agent } from '../../agent/agent.ts';
import { DEFAULT_LIMITS, exceeds, forecast } from '../../agent/price.ts';
import { usage } from '../../agent/probe/usage.ts';
import { RefusedError } from './exit.ts';
import type { Io } from './io.ts';
import { roughDuration, roughSize } from './rough.ts';

export interface PriceQuestion {
  readonly agent: Agent;
  readonly target: string;
  readonly isolate: string;
  /** The person agreed beforehand. */
  readonly yes: boolean;
}

/**
 * Prints the forecast of a snapshot to stderr, and returns if it is small or agreed to.
 *
 * @throws RefusedError where the person says no, or where `--yes` is wanting and nobody is there to ask
 */
export async function agreeToPrice({ agent, target, isolate, yes }: PriceQuestion, io: Io): Promise<void> {
  const { heapUsedBytes } = await usage(agent, { target, isolate, signal: io.signal });
  const { nodeVersion } = agent.identity;
  const price = forecast(heapUsedBytes, nodeVersion);
  const what = `${roughDuration(price.pauseMs)} of pause, ${roughSize(price.extraBytes)} of extra memory`;
  io.say(`snapshot of ${target} (${roughSize(heapUsedBytes)} of heap, Node ${nodeVersion}): about ${what}`);
  if (yes || !exceeds(price)) return;
  const answer = await io.ask('The target stands still for that long, and not all of the memory comes back. Take it?');
  if (answer === true) return;
  throw new RefusedError(`Cannot take a snapshot of ${target}: ${answer === false ? 'you said no' : wantsYes}`);
}

const wantsYes =
  `its forecast is above ${roughDuration(DEFAULT_LIMITS.maxPauseMs)} or ${roughSize(DEFAULT_LIMITS.maxExtraBytes)} ` +
  'and there is no terminal to ask at; add --yes to take it all the same';
