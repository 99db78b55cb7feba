/** Events of a target that are no samples, by their sort. */
import type { StreamEvent } from '../../protocol/events.ts';
import type { EventsResult } from '../../protocol/happenings.ts';

export const DEFAULT_EVENTS = 200;

/** The topics that are reported, and where in the result. */
export const HAPPENINGS = {
  target: 'targets',
  mark: 'marks',
  footprint: 'footprints',
  memory: 'memories',
  alert: 'alerts',
} as const;
export type HappeningTopic = keyof typeof HAPPENINGS;

type Happening = Extract<StreamEvent, { type: HappeningTopic }>;

export function isHappening(event: StreamEvent): event is Happening {
  return Object.hasOwn(HAPPENINGS, event.type);
}

/** @param events in the order of the log @param limit of each sort */
export function happenings(events: readonly Happening[], limit = DEFAULT_EVENTS): EventsResult {
  const newest = <T extends HappeningTopic>(topic: T) =>
    events.filter((event): event is Extract<Happening, { type: T }> => event.type === topic).slice(-limit);
  return {
    targets: newest('target'),
    marks: newest('mark'),
    footprints: newest('footprint'),
    memories: newest('memory'),
    alerts: newest('alert'),
  };
}

/** When it happened, milliseconds since 1970, as a store orders by. */
export function happenedMs(event: Happening): number {
  if (event.type === 'memory') return Date.parse(event.takenAt);
  return Date.parse(event.type === 'footprint' ? event.to : event.at);
}
