/** An autopsy of what a store's file or a collector tells of a target. */
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { limits } from '../../protocol/limits.ts';
import { type Autopsy, autopsyOf, endOf } from './autopsy.ts';

/** Who is asked. */
export interface Asked {
  events(query: EventsQuery): Promise<EventsResult>;
  history(query: HistoryQuery): Promise<HistoryResult>;
}

const HOUR_MS = 3_600_000;
const KINDS = 50;

/** @throws what is thrown by who is asked */
export async function readAutopsy(target: string, asked: Asked): Promise<Autopsy> {
  const events = await asked.events({ target, limit: limits.maxStoredEvents });
  const end = endOf(events);
  const toMs = end?.endedMs ?? Date.now();
  const span = { target, from: new Date(toMs - HOUR_MS).toISOString(), to: new Date(toMs).toISOString() };
  const usage = await asked.history({ ...span, topic: 'usage' });
  const kinds = await asked.history({ ...span, limit: KINDS });
  const since = end?.backMs;
  const usageAfter =
    since === undefined
      ? undefined
      : await asked.history({ target, topic: 'usage', from: new Date(since).toISOString() });
  return autopsyOf(target, { events, usage, kinds, usageAfter });
}
