/** What each probe would cost a process now, and whether it may run; nothing of it is run. */
import { parseTarget } from '../../agent/base/target.ts';
import { limitObjection, roomObjection, unknownObjection } from '../../agent/price/limits.ts';
import { type Quote, quotes } from '../../agent/probe/quote.ts';
import { Walker } from '../../agent/probe/walk.ts';
import { memoryOfPid } from '../../agent/probe/walked-memory.ts';
import { Inspectors } from '../../agent/process/inspectors.ts';
import type { Probe } from '../../protocol/partition.ts';
import type { ProbePrice } from '../../protocol/prices.ts';
import { objectionText } from '../targets/objection.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { attachTo } from './attached.ts';
import { type Consent, limitsOf } from './consent.ts';

const PRICED = ['walk', 'types', 'census', 'snapshot'] as const satisfies readonly Probe[];

export interface PricesAsk {
  readonly target: string;
  readonly isolate: string;
  readonly consent: Consent;
}

/** @throws as attaching does; UsageError for what is no process; RangeError for an isolate that there is not */
export async function readPrices({ target, isolate, consent }: PricesAsk, io: Io): Promise<ProbePrice[]> {
  const parsed = parseTarget(target);
  if (parsed.kind === 'file' || parsed.kind === 'collector') {
    throw new UsageError(`Cannot price probes of ${target}: name a process, by its port or pid`);
  }
  const open = parsed.kind === 'pid' ? await inspectorOf(parsed.pid, io.signal) : target;
  if (open === undefined) return await ofWalk(target, consent, io);
  await using agent = await attachTo(open, io);
  const found = await quotes(agent, { probes: PRICED, isolate, signal: io.signal });
  return found.map((quote) => priced(quote, consent));
}

/** The inspector that a process has open, if any: none is opened for a price. */
async function inspectorOf(pid: number, signal: AbortSignal): Promise<string | undefined> {
  return (await new Inspectors().look(signal)).find((each) => each.pid === pid)?.address;
}

async function ofWalk(target: string, consent: Consent, io: Io): Promise<ProbePrice[]> {
  const { pid } = parseTarget(target) as { pid: number };
  await using walker = await Walker.open(await memoryOfPid(pid), io.signal);
  const { heldBytes, ...price } = await walker.forecast(io.signal);
  io.say(`${target} has no open inspector: types, census and snapshot would open it, and are priced by its port only`);
  const nodeVersion = walker.opened.v8;
  return [priced({ probe: 'walk', price, heapUsedBytes: heldBytes, nodeVersion, headroom: { memory: [] } }, consent)];
}

function priced({ probe, price, headroom }: Quote, consent: Consent): ProbePrice {
  const { pauseMs, extraBytes, basis } = price;
  const room = roomObjection(price, headroom);
  const isTold = consent.maxMemory !== undefined;
  const unknown = isTold ? null : unknownObjection(probe, price, headroom);
  const objection = room ?? limitObjection(price, limitsOf(consent)) ?? unknown;
  return {
    ...{ probe, forecast: { pauseMs, extraBytes }, verdict: room ? 'refused' : objection ? 'asks' : 'fits' },
    ...(objection && { reason: objectionText(objection) }),
    ...(basis === 'usage' && { rough: true }),
  };
}
