/** Says what a probe will cost its target, asks where that is much, and refuses what the target cannot afford. */
import type { Agent } from '../../agent/attach/agent.ts';
import { INSTEAD, instead } from '../../agent/price/advice.ts';
import { DEFAULT_LIMITS, limitObjection, roomObjection, unknownObjection } from '../../agent/price/limits.ts';
import { type Quote, quote, quotes } from '../../agent/probe/quote.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Probe } from '../../protocol/partition.ts';
import { objectionText } from '../targets/objection.ts';
import { RefusedError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { type Consent, limitsOf } from './consent.ts';

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
  /** What would be cheaper, at the same moment, dearest first; default: nothing is known of it. */
  readonly cheaper?: readonly Quote[];
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
  const probes = [probe, ...INSTEAD[probe]];
  const ask = () => quotes(agent, { probes, isolate, signal: io.signal });
  let [priced, ...cheaper] = (await ask()) as [Quote, ...Quote[]];
  if (priced.price.basis === 'usage' && probe !== 'types' && isDear(priced, consent, times)) {
    await count(agent, { target, isolate }, io);
    [priced, ...cheaper] = (await ask()) as [Quote, ...Quote[]];
  }
  await agreeToQuote({ ...question, quote: priced, cheaper }, io);
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
  io.say(`counting the objects of ${target} first: about ${humanDuration(price.pauseMs)} of pause`);
  const { types, TracingError } = await import('../../agent/probe/types.ts');
  await types(agent, { target, isolate, signal: io.signal }).catch((error) => {
    if (!(error instanceof TracingError)) throw error;
    io.say(`${error.message}; it is priced by its used bytes`);
  });
}

/** @throws RefusedError as `agreeToPrice` does */
export async function agreeToQuote(
  { target, consent, quote, cheaper = [], times = 1 }: QuotedQuestion,
  io: Pick<Io, 'say' | 'ask'>,
): Promise<void> {
  const { probe, price, headroom } = quote;
  const advice = adviceOf(target, quote, cheaper);
  io.say(priceLine(target, quote, times));
  const unaffordable = roomObjection(price, headroom);
  if (unaffordable) {
    const why = objectionText(unaffordable);
    if (consent.guard) throw new RefusedError(`Cannot ${TAKE[probe]} of ${target}: ${why}; ${advice}`);
    io.say(`the guard is off: ${why}, so ${target} may be killed`);
  }
  // memory that one has taken the next one uses again
  const over = limitObjection({ ...price, pauseMs: price.pauseMs * times }, limitsOf(consent));
  const isTold = !consent.guard || consent.maxMemory !== undefined;
  const objection = over ?? (isTold ? null : unknownObjection(probe, price, headroom));
  if (!objection || agreesToAll(consent) || (consent.yes && !over)) return;
  const refused = (why: string) => new RefusedError(`Cannot ${TAKE[probe]} of ${target}: ${why}`);
  if (consent.yes) throw refused(`${objectionText(objection)}; raise it, or ${advice}`);
  const risk =
    objection.kind === 'unknown' ? `The memory that the target has left is not known: it may be killed. ` : '';
  const pause = `The target is paused for that long${times === 1 ? '' : `, ${times} times`}`;
  const kept = KEEPS_MEMORY.has(probe) ? ', and not all of the memory comes back' : '';
  const answer = await io.ask(`${risk}${pause}${kept}. Take it?`);
  if (answer === true) return;
  throw refused(
    answer === false
      ? 'you said no'
      : `${objectionText(objection)}, and there is no terminal to ask at; add --yes to take it all the same${objection.kind === 'unknown' ? ', or --max-memory to say what it may take' : ''}`,
  );
}

function priceLine(target: string, { probe, price, heapUsedBytes, nodeVersion }: Quote, times: number): string {
  if (probe === 'walk') {
    const held = `V8 ${nodeVersion}, ${humanSize(heapUsedBytes)} of pages`;
    return `walk of ${target} (${held}): stops it for about ${humanDuration(price.pauseMs)}, allocates nothing in it`;
  }
  const [subject, each] = times === 1 ? [probe, ''] : [`${times} ${probe}s`, ' each'];
  const cost = `${humanDuration(price.pauseMs)} of pause${each}, ${humanSize(price.extraBytes)} of extra memory`;
  return `${subject} of ${target} (${humanSize(heapUsedBytes)} of heap, Node ${nodeVersion}): about ${cost}`;
}

function agreesToAll({ yes, maxPause, maxMemory }: Consent): boolean {
  return yes && maxPause === undefined && maxMemory === undefined;
}

const TAKE: Readonly<Record<Probe, string>> = {
  usage: 'read the gauges',
  walk: 'walk the heap',
  sampling: 'read the profile',
  types: 'count the types',
  census: 'take a census',
  snapshot: 'take a snapshot',
};

const KEEPS_MEMORY: ReadonlySet<Probe> = new Set(['types', 'census', 'snapshot']);

/** What to do about a refusal: the first of what is cheaper that fits, with its price. */
function adviceOf(target: string, quote: Quote, cheaper: readonly Quote[]): string {
  const fitting = instead(
    quote,
    cheaper,
    ({ probe, price, headroom }) => !roomObjection(price, headroom) && !unknownObjection(probe, price, headroom),
  );
  if (!fitting) return 'take it at another time';
  const { pauseMs, extraBytes } = fitting.price;
  const cost = `about ${humanDuration(pauseMs)} of pause, ${humanSize(extraBytes)} of extra memory`;
  return `take heapwatch heap ${target} --probe ${fitting.probe}: ${cost}`;
}
