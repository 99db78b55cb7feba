/** Says what a snapshot will cost its target, and asks where that is much. */
import type { Agent } from '../../agent/agent.ts';
import { DEFAULT_LIMITS, exceeds, forecast } from '../../agent/price.ts';
import { usage } from '../../agent/probe/usage.ts';
import type { Price } from '../../protocol/partition.ts';
import { RefusedError } from './exit.ts';
import type { Io } from './io.ts';
import { roughDuration, roughSize } from './rough.ts';

export interface PriceQuestion {
  readonly agent: Agent;
  readonly target: string;
  readonly isolate: string;
  /** The person agreed beforehand. */
  readonly yes: boolean;
  /** How many are to be taken, one after the other; default 1. */
  readonly snapshots?: number;
}

/** As PriceQuestion, where the price is known already. */
export interface QuotedQuestion {
  readonly target: string;
  readonly yes: boolean;
  readonly price: Price;
  readonly heapUsedBytes: number;
  readonly nodeVersion: string;
  /** As in PriceQuestion. */
  readonly snapshots?: number;
}

/**
 * Prints the forecast of one or more snapshots to stderr, and returns if it is small or agreed to.
 *
 * @throws RefusedError where the person says no, or where `--yes` is wanting and nobody is there to ask
 */
export async function agreeToPrice(
  { agent, target, isolate, yes, snapshots = 1 }: PriceQuestion,
  io: Io,
): Promise<void> {
  const { heapUsedBytes } = await usage(agent, { target, isolate, signal: io.signal });
  const { nodeVersion } = agent.identity;
  const price = forecast(heapUsedBytes, nodeVersion);
  await agreeToQuote({ target, yes, price, heapUsedBytes, nodeVersion, snapshots }, io);
}

/** @throws RefusedError as `agreeToPrice` does */
export async function agreeToQuote(
  { target, yes, price, heapUsedBytes, nodeVersion, snapshots = 1 }: QuotedQuestion,
  io: Pick<Io, 'say' | 'ask'>,
): Promise<void> {
  const [subject, each] = snapshots === 1 ? ['snapshot', ''] : [`${snapshots} snapshots`, ' each'];
  // memory that one snapshot has taken the next one uses again
  const what = `${roughDuration(price.pauseMs)} of pause${each}, ${roughSize(price.extraBytes)} of extra memory`;
  io.say(`${subject} of ${target} (${roughSize(heapUsedBytes)} of heap, Node ${nodeVersion}): about ${what}`);
  if (yes || !exceeds({ ...price, pauseMs: price.pauseMs * snapshots })) return;
  const times = snapshots === 1 ? '' : `, ${snapshots} times`;
  const answer = await io.ask(
    `The target stands still for that long${times}, and not all of the memory comes back. Take it?`,
  );
  if (answer === true) return;
  throw new RefusedError(`Cannot take a snapshot of ${target}: ${answer === false ? 'you said no' : wantsYes}`);
}

const wantsYes =
  `its forecast is above ${roughDuration(DEFAULT_LIMITS.maxPauseMs)} or ${roughSize(DEFAULT_LIMITS.maxExtraBytes)} ` +
  'and there is no terminal to ask at; add --yes to take it all the same';
