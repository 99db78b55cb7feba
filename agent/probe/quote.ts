/** What a probe would cost an isolate now, and what its process has left to pay it with. */
import type { Probe } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import type { Forecast } from '../price/book.ts';
import { bookOf } from '../price/books.ts';
import type { Headroom } from '../process/headroom.ts';
import { realmsToCount } from './census/isolate.ts';
import { footprint } from './footprint.ts';
import { readHeadroom } from './read-headroom.ts';

export interface Quote {
  readonly probe: Probe;
  readonly price: Forecast;
  readonly heapUsedBytes: number;
  /** `v20.20.2` */
  readonly nodeVersion: string;
  readonly headroom: Headroom;
}

export interface QuoteQuestion extends Omit<ProbeContext, 'target'> {
  readonly probe: Probe;
}

export interface QuotesQuestion extends Omit<ProbeContext, 'target'> {
  readonly probes: readonly Probe[];
}

/** Costs the target under a millisecond. @throws DetachedError; RangeError for an isolate that does not exist */
export async function quote(agent: Agent, { probe, ...context }: QuoteQuestion): Promise<Quote> {
  return (await quotes(agent, { ...context, probes: [probe] }))[0];
}

/** The same of several probes, in their order, by one reading of the gauges. @throws as `quote` */
export async function quotes(agent: Agent, { probes, isolate, signal }: QuotesQuestion): Promise<Quote[]> {
  const options = signal ? { signal } : {};
  const session = await agent.isolate(isolate);
  const now = await footprint(session, options);
  const realms = probes.includes('census') ? await realmsToCount(session, options) : 1;
  const book = bookOf(agent.identity, isolate);
  const prices = probes.map((probe) => ({ probe, price: book.forecast(probe, now, probe === 'census' ? realms : 1) }));
  const withHeap = prices.some(({ price }) => price.heapBytes > 0);
  const headroom = await readHeadroom(agent, { isolate, now, withHeap }, options);
  const { nodeVersion } = agent.identity;
  return prices.map((each) => ({ ...each, heapUsedBytes: now.heapUsedBytes, nodeVersion, headroom }));
}
