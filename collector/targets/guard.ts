/** Prices each probe of one attached target before it runs, and says what stands against it. */
import type { Agent } from '../../agent/agent.ts';
import { type Limits, limitObjection, roomObjection } from '../../agent/price/limits.ts';
import type { Quote } from '../../agent/price/quote.ts';
import { type Price, Probe } from '../../protocol/partition.ts';
import type { ProbePrice } from '../../protocol/prices.ts';
import type { Result } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/config-file.ts';
import type { Ledger } from './ledger.ts';
import { objectionText } from './objection.ts';
import type { Probes } from './probes.ts';

/** How long a target has for the gauges that a price is made of: one that does not tell them would not begin a probe either. */
const ANSWER_TIMEOUT_MS = 2_000;

/** What a scheduled probe that is refused gives way to. */
export const CHEAPER: Readonly<Partial<Record<ScheduledProbe, ScheduledProbe>>> = {
  snapshot: 'census',
  census: 'types',
};

/** A probe that does not run: its price, and the figures that stand against it, for people. */
export interface Refusal {
  readonly price: Price;
  readonly reason: string;
  /** Whether it was reckoned from used bytes alone: a count of the heap's objects may tell otherwise. */
  readonly isRough: boolean;
}

export interface GuardOptions {
  readonly agent: Agent;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly probes: Pick<Probes, 'quote' | 'quotes'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Guard {
  readonly #options: GuardOptions;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /**
   * Null: it may run.
   * @param agreed the limits do not count, only whether the target has the memory
   * @throws a TimeoutError (DOMException) for a target that does not tell its gauges; DetachedError; RangeError
   */
  async refusal(probe: ScheduledProbe, isolate: string, agreed: boolean): Promise<Refusal | null> {
    const { agent, limits, ledger, probes, now } = this.#options;
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const { price, headroom } = await probes.quote(agent, { probe, isolate, signal });
    const spentMs = ledger.spentMs(now(), limits.pauseBudget.perMs);
    const objection = roomObjection(price, headroom) ?? (agreed ? null : limitObjection(price, limits, spentMs));
    const { pauseMs, extraBytes, basis } = price;
    return (
      objection && { price: { pauseMs, extraBytes }, reason: objectionText(objection), isRough: basis === 'usage' }
    );
  }

  /** What each probe would cost now, and whether it would be refused. @throws as `refusal` */
  async prices(isolate: string): Promise<Result<'prices'>> {
    const { agent, limits, ledger, probes, now } = this.#options;
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const quotes = await probes.quotes(agent, { probes: Probe.options, isolate, signal });
    const { pauseMs, perMs } = limits.pauseBudget;
    const spentMs = ledger.spentMs(now(), perMs);
    return {
      prices: quotes.map((quote) => probePrice(quote, limits, spentMs)),
      limits: { pauseMs: limits.maxPauseMs, extraBytes: limits.maxExtraBytes },
      budget: { pauseMs, perMs, spentMs },
    };
  }
}

function probePrice({ probe, price, headroom }: Quote, limits: Limits, spentMs: number): ProbePrice {
  const { pauseMs, extraBytes, basis } = price;
  const isRough = basis === 'usage';
  const head = { probe, forecast: { pauseMs, extraBytes } };
  // the gauges cost nothing, and run whatever the limits
  if (probe === 'usage') return { ...head, verdict: 'fits' };
  const noRoom = roomObjection(price, headroom);
  const objection = noRoom ?? limitObjection(price, limits, spentMs);
  const instead = objection ? CHEAPER[probe] : undefined;
  return {
    ...head,
    verdict: noRoom ? 'refused' : objection ? 'asks' : 'fits',
    ...(objection && { reason: objectionText(objection) }),
    ...(isRough && { rough: true }),
    ...(instead && { instead }),
  };
}
