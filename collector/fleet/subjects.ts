/**
 * The names that a fleet uses in NATS. All begin with the name of its stream:
 *
 *     heapwatch.events.AGENT.TARGET.TOPIC.KEY   an event; one subject for each sort of state, so that the newest of each can be read alone
 *     heapwatch.ask.…                           questions that one of the fleet answers
 *     heapwatch-claims, …                       buckets
 */
import { createHash } from 'node:crypto';

/** `name` as one token of a subject, or a part of a key. */
export function token(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll(/[.!~*'()]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  // buckets take no %
  return encoded.replaceAll('%', '=');
}

/** All events of a stream. */
export function eventsOf(stream: string): string {
  return `${stream}.events.>`;
}

/** Where an event is said: `topic` is that of the event, or what else is said. */
export interface EventPlace {
  readonly agent: string;
  readonly target: string;
  readonly topic: string;
  /** Of the event's state. */
  readonly key: string;
}

export function eventSubject(stream: string, { agent, target, topic, key }: EventPlace): string {
  const sort = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return `${stream}.events.${token(agent)}.${token(target)}.${topic}.${sort}`;
}

/** All events of a topic that an agent has said. */
export function topicSubjects(stream: string, agent: string, topic: string): string {
  return `${stream}.events.${token(agent)}.*.${topic}.*`;
}

/** The same of all who say anything. */
export function anyTopicSubject(stream: string, topic: string): string {
  return `${stream}.events.*.*.${topic}.*`;
}

/** Where questions about a target go; without a target, all of them. */
export function askSubject(stream: string, target?: string): string {
  return `${stream}.ask.target.${target === undefined ? '*' : token(target)}`;
}

/** A bucket of keys and values. */
export function bucketOf(stream: string, what: 'sessions' | 'claims' | 'state' | 'config' | 'acks' | 'agents'): string {
  return `${stream}-${what}`;
}
