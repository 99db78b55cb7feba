/** Says what a probe will cost its target, asks where that is much, and refuses what the target cannot afford. */
import type { Agent } from '../../agent/agent.ts';
import { DEFAULT_LIMITS, limitObjection, roomObjection } from '../../agent/price/limits.ts';
import { type Quote, quote } from '../../agent/price/quote.ts';
import type { Probe } from '../../protocol/partition.ts';
import { objectionText } from '../targets/objection.ts';
import { type Consent, limitsOf } from './consent.ts';
import { RefusedError } from './exit.ts';
import type { Io } from './io.ts';
import { roughDuration, roughSize } from './rough.ts';

export interface PriceQuestion {
  readonly agent: Agent;
  readonly target: string;
  readonly isolate: string;
  /** Default: a snapshot. */
  readonly probe?: Exclude<Probe, 'usage' | 'sampling'>;
  readonly consent: Consent;
  /** How many are to be taken, one after the other; default 1. */
  readonly times?: number;
}

/** As PriceQuestion, where the price is known already. */
export interface QuotedQuestion extends Pick<PriceQuestion, 'target' | 'consent' | 'times'> {
  readonly quote: Quote;
}

/**
 * Prints the forecast of one or more probes to stderr, and returns if it is small or agreed to.
 *
 * @throws RefusedError where the person says no, where `--yes` is wanting and nobody is there to ask, and where the target
 * lacks the memory
 */
export async function agreeToPrice(
  { agent, isolate, probe = 'snapshot', ...question }: PriceQuestion,
  io: Io,
): Promise<void> {
  const { target, consent, times = 1 } = question;
  const ask = () => quote(agent, { probe, isolate, signal: io.signal });
  let priced = await ask();
  if (priced.price.basis === 'usage' && probe !== 'types' && isDear(priced, consent, times)) {
    await count(agent, { target, isolate }, io);
    priced = await ask();
  }
  await agreeToQuote({ ...question, quote: priced }, io);
}

/** Whether somebody would be asked, or refused. */
function isDear({ price, headroom }: Quote, consent: Consent, times: number): boolean {
  if (roomObjection(price, headroom)) return true;
  const all = { ...price, pauseMs: price.pauseMs * times };
  return limitObjection(all, limitsOf(consent)) !== null && !agreesToAll(consent);
}

/** Counts the heap's objects, if that is cheap itself: used bytes alone say little of what they cost. */
async function count(
  agent: Agent,
  { target, isolate }: Pick<PriceQuestion, 'target' | 'isolate'>,
  io: Io,
): Promise<void> {
  const { price, headroom } = await quote(agent, { probe: 'types', isolate, signal: io.signal });
  if (roomObjection(price, headroom) ?? limitObjection(price, DEFAULT_LIMITS)) return;
  io.say(`counting the objects of ${target} first: about ${roughDuration(price.pauseMs)} of pause`);
  const { types, TracingError } = await import('../../agent/probe/types.ts');
  await types(agent, { target, isolate, signal: io.signal }).catch((error) => {
    if (!(error instanceof TracingError)) throw error;
    io.say(`${error.message}; it is priced by its used bytes`);
  });
}

/** @throws RefusedError as `agreeToPrice` does */
export async function agreeToQuote(
  { target, consent, quote, times = 1 }: QuotedQuestion,
  io: Pick<Io, 'say' | 'ask'>,
): Promise<void> {
  const { probe, price, headroom } = quote;
  io.say(priceLine(target, quote, times));
  const unaffordable = roomObjection(price, headroom);
  if (unaffordable) {
    const why = objectionText(unaffordable);
    if (consent.guard) throw new RefusedError(`Cannot ${TAKE[probe]} of ${target}: ${why}; ${instead(probe, target)}`);
    io.say(`the guard is off: ${why}, so ${target} may be killed`);
  }
  // memory that one has taken the next one uses again
  const objection = limitObjection({ ...price, pauseMs: price.pauseMs * times }, limitsOf(consent));
  if (!objection || agreesToAll(consent)) return;
  const refused = (why: string) => new RefusedError(`Cannot ${TAKE[probe]} of ${target}: ${why}`);
  if (consent.yes) throw refused(`${objectionText(objection)}; raise it, or ${instead(probe, target)}`);
  const answer = await io.ask(
    `The target stands still for that long${times === 1 ? '' : `, ${times} times`}, and not all of the memory comes back. Take it?`,
  );
  if (answer === true) return;
  throw refused(
    answer === false
      ? 'you said no'
      : `${objectionText(objection)}, and there is no terminal to ask at; add --yes to take it all the same`,
  );
}

function priceLine(target: string, { probe, price, heapUsedBytes, nodeVersion }: Quote, times: number): string {
  const [subject, each] = times === 1 ? [probe, ''] : [`${times} ${probe}s`, ' each'];
  const cost = `${roughDuration(price.pauseMs)} of pause${each}, ${roughSize(price.extraBytes)} of extra memory`;
  return `${subject} of ${target} (${roughSize(heapUsedBytes)} of heap, Node ${nodeVersion}): about ${cost}`;
}

function agreesToAll({ yes, maxPause, maxMemory }: Consent): boolean {
  return yes && maxPause === undefined && maxMemory === undefined;
}

const TAKE: Readonly<Record<Probe, string>> = {
  usage: 'read the gauges',
  sampling: 'read the profile',
  types: 'count the types',
  census: 'take a census',
  snapshot: 'take a snapshot',
};

/** What costs far less and still tells something. */
const CHEAPER: Readonly<Partial<Record<Probe, Probe>>> = { snapshot: 'census', census: 'types' };

/** What to do about a refusal. */
function instead(probe: Probe, target: string): string {
  const cheaper = CHEAPER[probe];
  return cheaper ? `take heapwatch heap ${target} --probe ${cheaper}, which costs far less` : 'take it at another time';
}
