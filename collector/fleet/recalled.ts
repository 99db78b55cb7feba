/** What an earlier run of an agent has said that this one goes on with: its targets, what probes have cost them, which never ended. */
import type { Logger } from 'pino';
import { reasonOf } from '../../protocol/reason.ts';
import type { NewEvent } from '../log/log.ts';
import { unpack } from './message.ts';
import { messagesOf } from './state.ts';
import type { EventStream } from './stream.ts';
import { topicSubjects } from './subjects.ts';

/** In the order in which it was said. @param sinceMs how far back, milliseconds since 1970 */
export async function recalledEvents(
  stream: EventStream,
  agent: string,
  sinceMs: number,
  logger: Logger,
): Promise<NewEvent[]> {
  const { DeliverPolicy } = await import('@nats-io/jetstream');
  const since = { deliver_policy: DeliverPolicy.StartTime, opt_start_time: new Date(sinceMs).toISOString() };
  const newest = { deliver_policy: DeliverPolicy.LastPerSubject };
  const found: NewEvent[] = [];
  const topics = [
    ['target', newest],
    ['footprint', since],
    ['probe', newest],
  ] as const;
  for (const [topic, which] of topics) {
    const filter_subjects = topicSubjects(stream.name, agent, topic);
    try {
      for await (const { headers, data, seq } of messagesOf(stream, { ...which, filter_subjects })) {
        const said = unpack((name) => headers?.get(name) ?? '', data, seq);
        if (said.act === 'event') found.push(said.event);
      }
    } catch (error) {
      logger.warn({ reason: reasonOf(error), topic }, 'what probes have cost before cannot be read');
    }
  }
  return found;
}
