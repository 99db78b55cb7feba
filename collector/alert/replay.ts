/** What rules would have said of events that happened: the same engine, at the times of then. Pure. */
import type { Alert } from '../../protocol/alert.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import type { Rule } from '../config/rule.ts';
import { Engine } from './engine.ts';
import { Incidents } from './incident/incidents.ts';
import { ruleStates } from './rule-states.ts';

/** How long nothing may happen before the engine is given the time all the same. */
const TICK_MS = 60_000;

/**
 * Replays events in the order of a log; gives each alert as it would have been said, and in the end how the rules stand.
 * A clock that went back in between stands still until it has caught up.
 */
export function* replay(
  events: Iterable<StreamEvent>,
  rules: readonly Rule[],
): Generator<Alert, ReturnType<typeof ruleStates>, undefined> {
  const engine = new Engine(rules);
  const incidents = new Incidents();
  let atMs = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    const next = Math.max(atMs, timeOf(event));
    if (atMs !== Number.NEGATIVE_INFINITY) {
      for (let tickMs = atMs + TICK_MS; tickMs < next; tickMs += TICK_MS) {
        yield* incidents.take(engine.tick(momentOf(tickMs)), rules);
      }
    }
    atMs = next;
    if (event.type === 'target') incidents.follow(event);
    yield* incidents.take(engine.take(event, momentOf(atMs)), rules);
  }
  return ruleStates(engine);
}

/** When an event happened, by the clock on the wall then; milliseconds since 1970. */
export function timeOf(event: StreamEvent): number {
  if (event.type === 'footprint') return Date.parse(event.to);
  return Date.parse('takenAt' in event ? event.takenAt : event.at);
}

function momentOf(atMs: number): { atMs: number; at: string } {
  return { atMs, at: new Date(atMs).toISOString() };
}
