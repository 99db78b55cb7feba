/** What a probe would cost an isolate now, and what its process has left to pay it with. */
import type { Probe } from '../../protocol/partition.ts';
import type { Agent, Identity, ProbeContext } from '../attach/agent.ts';
import { AttachError, DetachedError } from '../base/errors.ts';
import { ProcessMemory } from '../memory/process-memory.ts';
import type { Forecast } from '../price/book.ts';
import { bookOf } from '../price/books.ts';
import { copyBytes, HOLD_MS } from '../price/inside.ts';
import { listPrice } from '../price/tariff.ts';
import type { Headroom } from '../process/headroom.ts';
import { memoryOfAgent } from './agent-walk.ts';
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
  const held = probes.includes('walk') ? await heldBytes(agent) : 0;
  for (const each of prices) if (each.probe === 'walk') each.price = byPages(each.price, held, agent.identity);
  const withHeap = prices.some(({ price }) => price.heapBytes > 0);
  const headroom = await readHeadroom(agent, { isolate, now, withHeap }, options);
  const { nodeVersion } = agent.identity;
  return prices.map((each) => ({ ...each, heapUsedBytes: now.heapUsedBytes, nodeVersion, headroom }));
}

/** A walk copies the pages that V8 has in memory, also those of a heap that has been collected and not shrunk since. */
function byPages(price: Forecast, held: number, { nodeVersion, isInside }: Identity): Forecast {
  if (held === 0) return price;
  const pauseMs = Math.max(price.pauseMs, listPrice('walk', held, nodeVersion).pauseMs);
  const bytes = isInside ? copyBytes(held) : 0;
  return {
    ...price,
    pauseMs: pauseMs + (isInside ? HOLD_MS : 0),
    extraBytes: price.extraBytes + bytes,
    mostBytes: price.mostBytes + bytes,
  };
}

/** 0 where its memory may not be read, or it has ended: then a walk is refused for that. */
async function heldBytes(agent: Agent): Promise<number> {
  const place = await memoryOfAgent(agent);
  if (place === null || !('pid' in place)) return 0;
  try {
    await using memory = ProcessMemory.open(place.pid, undefined, place.isInside);
    return memory.heldBytes();
  } catch (error) {
    if (error instanceof AttachError || error instanceof DetachedError) return 0;
    throw error;
  }
}
