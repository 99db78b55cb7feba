/** What a stream holds that is to be known before it is read on: the newest message of each sort, up to a place. */
import type { JsMsg, OrderedConsumerOptions } from '@nats-io/jetstream';
import type { EventStream } from './stream.ts';

/** How long nothing may come before the rest is taken for what will not come. */
const QUIET_MS = 10_000;
/** Never more than there are: it would be waited for those that are not there. */
const PAGE = 500;

/** By rising place. @throws as `messagesOf` */
export async function* stateOf(stream: EventStream, upTo: number): AsyncGenerator<JsMsg, void, undefined> {
  const { DeliverPolicy } = await import('@nats-io/jetstream');
  for await (const message of messagesOf(stream, { deliver_policy: DeliverPolicy.LastPerSubject })) {
    if (message.seq <= upTo) yield message;
  }
}

/** What is there now of what is asked for, by rising place. @throws Error where the stream cannot be read, or goes silent before its end */
export async function* messagesOf(
  stream: EventStream,
  what: Partial<OrderedConsumerOptions>,
): AsyncGenerator<JsMsg, void, undefined> {
  const consumer = await stream.manager.jetstream().consumers.get(stream.name, what);
  let { num_pending: left } = await consumer.info(true);
  while (left > 0) {
    let got = 0;
    const messages = await consumer.fetch({ max_messages: Math.min(PAGE, left), expires: QUIET_MS });
    for await (const message of messages) {
      got++;
      left = message.info.pending;
      yield message;
    }
    if (got === 0) throw new Error(`Cannot read the state of stream "${stream.name}": nothing came for 10 s`);
  }
  await consumer.delete();
}
