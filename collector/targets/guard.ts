/** Prices each probe of one attached target before it runs, and says what is objected to it. */
import type { Agent } from '../../agent/attach/agent.ts';
import { Timeout } from '../../agent/base/waiting.ts';
import { INSTEAD, instead } from '../../agent/price/advice.ts';
import type { Forecast } from '../../agent/price/book.ts';
import {
  type Limits,
  limitObjection,
  type Objection,
  roomObjection,
  unknownObjection,
} from '../../agent/price/limits.ts';
import type { Quote } from '../../agent/probe/quote.ts';
import type { Headroom } from '../../agent/process/headroom.ts';
import { type Price, Probe } from '../../protocol/partition.ts';
import type { ProbePrice } from '../../protocol/prices.ts';
import type { Result } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { Death } from './deaths.ts';
import type { Ledger } from './ledger.ts';
import { objectionText } from './objection.ts';
import type { Probes } from './probes.ts';

/** How long a target has for the gauges that a price is made of: one that does not tell them would not begin a probe either. */
const ANSWER_TIMEOUT_MS = 2_000;

/** A probe that does not run: its price, and the figures that stand against it, for people. */
export interface Refusal {
  readonly price: Price;
  readonly reason: string;
  /** Whether it was reckoned from used bytes alone: a count of the heap's objects may tell otherwise. */
  readonly isRough: boolean;
  /** What a scheduled one gives way to: it tells something too, and the target can afford it now. */
  readonly instead?: ScheduledProbe;
}

export interface GuardOptions {
  readonly agent: Agent;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly probes: Pick<Probes, 'quote' | 'quotes' | 'walkObstacle'>;
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
    const { agent, probes } = this.#options;
    const obstacle = probe === 'walk' ? await probes.walkObstacle(agent) : null;
    if (obstacle !== null) return unwalkable(obstacle);
    const quoted = await inTime(`price ${probe} of ${isolate}`, (signal) =>
      probes.quote(agent, { probe, isolate, signal }),
    );
    const reason = agreed ? this.#shortage(quoted) : this.#reason(quoted);
    if (reason === undefined) return null;
    const { pauseMs, extraBytes, basis } = quoted.price;
    const other = agreed ? undefined : await this.#instead(quoted, isolate);
    return {
      price: { pauseMs, extraBytes },
      reason,
      // a death is none of what a count could tell otherwise
      isRough: basis === 'usage' && !this.#options.ledger.death(probe),
      ...(other !== undefined && { instead: other }),
    };
  }

  /** Whether the target's memory can be read from outside. */
  async canWalk(): Promise<boolean> {
    return (await this.#options.probes.walkObstacle(this.#options.agent)) === null;
  }

  /** What nobody can agree to. */
  #shortage({ price, headroom }: Quote): string | undefined {
    const objection = roomObjection(price, headroom);
    return objection ? objectionText(objection) : undefined;
  }

  /** The objection to it, unless somebody agrees. */
  #reason(quoted: Quote): string | undefined {
    const death = this.#options.ledger.death(quoted.probe);
    if (death) return deathText(quoted.probe, death);
    const objection = this.#objection(quoted);
    return objection ? objectionText(objection) : undefined;
  }

  /** What this target can afford in its place. @throws as `refusal` */
  async #instead(refused: Quote, isolate: string): Promise<ScheduledProbe | undefined> {
    const { agent, probes } = this.#options;
    const others = INSTEAD[refused.probe];
    if (others.length === 0) return undefined;
    const quoted = await inTime(`price ${others.join()} of ${isolate}`, (signal) =>
      probes.quotes(agent, { probes: others, isolate, signal }),
    );
    return instead(refused, quoted, (other) => this.#reason(other) === undefined)?.probe;
  }

  #objection({ probe, price, headroom }: Quote): Objection | null {
    const { limits, ledger, now } = this.#options;
    const spentMs = ledger.spentMs(now(), limits.pauseBudget.perMs);
    return (
      roomObjection(price, headroom) ??
      unknown(probe, price, headroom, limits) ??
      limitObjection(price, limits, spentMs)
    );
  }

  /** What each probe would cost now, and whether it would be refused. @throws as `refusal` */
  async prices(isolate: string): Promise<Result<'prices'>> {
    const { agent, limits, ledger, probes, now } = this.#options;
    const isWalkable = await this.canWalk();
    const priced = Probe.options.filter((probe) => probe !== 'walk' || isWalkable);
    const quotes = await inTime(`price the probes of ${isolate}`, (signal) =>
      probes.quotes(agent, { probes: priced, isolate, signal }),
    );
    const { pauseMs, perMs } = limits.pauseBudget;
    const spentMs = ledger.spentMs(now(), perMs);
    return {
      prices: quotes.map((quote) => this.#probePrice(quote, quotes)),
      limits: { pauseMs: limits.maxPauseMs, extraBytes: limits.maxExtraBytes },
      budget: { pauseMs, perMs, spentMs },
    };
  }

  #probePrice(quoted: Quote, quotes: readonly Quote[]): ProbePrice {
    const { probe, price, headroom } = quoted;
    const { pauseMs, extraBytes, basis } = price;
    const head = { probe, forecast: { pauseMs, extraBytes } };
    // the gauges cost nothing, and run whatever the limits
    if (probe === 'usage') return { ...head, verdict: 'fits' };
    const objection = this.#objection(quoted);
    const other = objection ? instead(quoted, quotes, (each) => this.#reason(each) === undefined) : undefined;
    return {
      ...head,
      verdict: roomObjection(price, headroom) ? 'refused' : objection ? 'asks' : 'fits',
      ...(objection && { reason: objectionText(objection) }),
      ...(basis === 'usage' && { rough: true }),
      ...(other && { instead: other.probe }),
    };
  }
}

/** What the target's gauges give, if it tells them in time. */
async function inTime<T>(what: string, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using limit = new Timeout(ANSWER_TIMEOUT_MS, undefined, what);
  return await ask(limit.signal);
}

function deathText(probe: Probe, { target, atMs }: Death): string {
  return `"${target}" of its group died during a ${probe} at ${new Date(atMs).toISOString()}; ask for one by hand to have it tried again`;
}

/** A limit that was set for the target says what it may take, whatever other limits there are. */
function unknown(probe: Probe, price: Forecast, headroom: Headroom, { isExtraGiven }: Limits): Objection | null {
  return isExtraGiven ? null : unknownObjection(probe, price, headroom);
}

/** A process that cannot be walked has at least a heap whose types can be counted. */
function unwalkable(reason: string): Refusal {
  return { price: { pauseMs: 0, extraBytes: 0 }, reason, isRough: false, instead: 'types' };
}
