/** What a probe costs while it runs, seen from outside the target where that is possible. */
import type { Cost, Probe } from '../../protocol/partition.ts';
import type { Agent } from '../attach/agent.ts';
import { localPid, mainThreadCpuMs, residentBytes } from '../attach/local-process.ts';
import { MAIN } from '../cdp/isolate-name.ts';
import type { SendOptions } from '../cdp/session.ts';
import type { Bill, Count } from '../price/book.ts';
import { bookOf } from '../price/books.ts';
import type { Footprint } from '../price/footprint.ts';
import { footprint } from './footprint.ts';

/** How often RSS is looked at: it rises by about 300 MB a second. */
const LOOK_MS = 20;

/** Runs beside a probe, from before it begins. */
export interface Meter extends Disposable {
  readonly before: Footprint;
  /** The probe's price as it was just before it. */
  readonly forecast: { readonly pauseMs: number; readonly extraBytes: number };
  /**
   * Ends it, and enters what the probe did cost in the isolate's book. @param after the gauges now; null where the target gives none
   */
  enter(pauseMs: number, after: Footprint | null, done?: Done): Cost;
}

/** What a probe has done for its price. */
export interface Done {
  /** Objects of the heap, if it has counted them all. */
  readonly nodes?: number;
  /** Realms that a census has counted. */
  readonly realms?: number;
}

/** What is going to be measured. */
export interface Metered {
  readonly probe: Probe;
  readonly isolate: string;
  /** Realms that a census is to count; default 1. */
  readonly realms?: number;
}

/** Begins to measure. Disposed without `enter` it leaves no trace. */
export async function startMeter(
  agent: Agent,
  { probe, isolate, realms }: Metered,
  sending: SendOptions = {},
): Promise<Meter> {
  const pid = await localPid(agent);
  const seenFrom = (gauges: Footprint): Footprint =>
    pid === null ? gauges : { ...gauges, rssBytes: gauges.rssBytes ?? residentBytes(pid) };
  const before = seenFrom(await footprint(await agent.isolate(isolate), sending));
  const book = bookOf(agent.identity, isolate);
  const { pauseMs, extraBytes } = book.forecast(probe, before, realms);
  const forecast = { pauseMs, extraBytes };
  const watch = pid === null ? null : watchProcess(pid, isolate);
  return {
    before,
    forecast,
    enter: (pauseMs, after, { nodes, realms } = {}) => {
      const seen = watch?.stop();
      const bill = billOf(before, pauseMs, after && seenFrom(after), seen);
      book.enter(probe, before, {
        ...bill,
        ...(realms !== undefined && { realms }),
        ...(nodes !== undefined && after && { counted: { nodes, heapUsedBytes: after.heapUsedBytes } }),
      });
      return { forecast, ...bill };
    },
    [Symbol.dispose]: () => void watch?.stop(),
  };
}

/** The objects of a heap have been counted at no cost. */
export function enterCount({ identity }: Agent, isolate: string, count: Count): void {
  bookOf(identity, isolate).enterCount(count);
}

interface Seen {
  readonly peakBytes: number;
  /** Of the main thread; absent for a worker, whose thread is not known. */
  readonly cpuMs?: number;
}

function watchProcess(pid: number, isolate: string): { stop(): Seen } {
  const beganMs = isolate === MAIN ? mainThreadCpuMs(pid) : null;
  let peakBytes = 0;
  const look = () => {
    peakBytes = Math.max(peakBytes, residentBytes(pid) ?? 0);
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      const endedMs = beganMs === null ? null : mainThreadCpuMs(pid);
      return { peakBytes, ...(beganMs !== null && endedMs !== null && { cpuMs: endedMs - beganMs }) };
    },
  };
}

/** Where RSS was not seen from outside, its rise is that of afterwards. */
function billOf(
  before: Footprint,
  pauseMs: number,
  after: Footprint | null,
  seen: Seen | undefined,
): Pick<Bill, 'pauseMs' | 'cpuMs' | 'extraBytes' | 'keptBytes'> {
  const beforeBytes = before.rssBytes;
  const afterBytes = after?.rssBytes ?? null;
  const keptBytes = beforeBytes === null || afterBytes === null ? null : afterBytes - beforeBytes;
  const extraBytes = seen && beforeBytes !== null ? Math.max(seen.peakBytes - beforeBytes, keptBytes ?? 0) : keptBytes;
  return {
    pauseMs,
    ...(seen?.cpuMs !== undefined && { cpuMs: Math.min(seen.cpuMs, pauseMs) }),
    ...(extraBytes !== null && { extraBytes }),
    ...(keptBytes !== null && { keptBytes }),
  };
}
