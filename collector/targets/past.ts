/**
 * What earlier runs of this collector have cost a target, as its log and its store tell it: no restart gives a fresh allowance.
 *
 *     footprints ──> ledger: what of the budget is spent, what the target died of
 *     a probe that was started and never ended ──> charged with what the limits admit; the collector was killed in it
 */
import type { Logger } from 'pino';
import { limits } from '../../protocol/limits.ts';
import type { Probe } from '../../protocol/partition.ts';
import type { History } from '../history/history.ts';
import type { EventLog } from '../log/log.ts';
import type { Footprint } from './ledger.ts';

/** A probe under which an attachment, or a collector, ended. */
export interface Interrupted {
  readonly probe: Probe;
  readonly isolate: string;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
}

export interface Past {
  /** Oldest first. */
  readonly footprints: readonly Footprint[];
  readonly interrupted: readonly Interrupted[];
}

export interface PastSource {
  readonly log: Pick<EventLog, 'latest'>;
  readonly history: Pick<History, 'events'>;
  readonly logger: Logger;
}

/** Never throws: a store that cannot be read has nothing to tell. @param sinceMs how far back, milliseconds since 1970 */
export async function pastOf(target: string, sinceMs: number, { log, history, logger }: PastSource): Promise<Past> {
  const interrupted = interruptedIn(target, log);
  try {
    const from = new Date(sinceMs).toISOString();
    const { footprints } = await history.events({ target, from, limit: limits.maxStoredEvents });
    return {
      interrupted,
      footprints: footprints.map(({ isolate, cause, from: began, to, pauseMs, fatal }) => ({
        isolate,
        cause,
        fromMs: Date.parse(began),
        toMs: Date.parse(to),
        pauseMs,
        ...(fatal && { fatal }),
      })),
    };
  } catch (error) {
    logger.warn({ err: error, target }, 'what probes have cost before cannot be read');
    return { interrupted, footprints: [] };
  }
}

function interruptedIn(target: string, log: Pick<EventLog, 'latest'>): Interrupted[] {
  const found: Interrupted[] = [];
  for (const entry of log.latest()) {
    if (entry.head.type !== 'probe' || entry.head.target !== target) continue;
    const { event } = entry;
    if (event.type !== 'probe' || event.phase !== 'started') continue;
    found.push({ probe: event.probe, isolate: event.isolate, fromMs: Date.parse(event.at) });
  }
  return found;
}
