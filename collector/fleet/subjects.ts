/**
 * The names that a fleet uses in NATS. All begin with the name of its stream:
 *
 *     heapwatch.events.AGENT.TARGET.KEY     an event; one subject for each sort of state, so that the newest of each can be read alone
 *     heapwatch.ask.…                       questions that one of the fleet answers
 *     heapwatch-leases, …                   buckets
 */
import { createHash } from 'node:crypto';

/** `name` as one token of a subject, or a part of a key. */
function token(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll(/[.!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  // buckets take no %
  return encoded.replaceAll('%', '=');
}

/** All events of a stream. */
export function eventsOf(stream: string): string {
  return `${stream}.events.>`;
}

/** @param key of the event's state */
export function eventSubject(stream: string, agent: string, target: string, key: string): string {
  const sort = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return `${stream}.events.${token(agent)}.${token(target)}.${sort}`;
}
