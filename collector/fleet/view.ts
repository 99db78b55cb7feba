/**
 * How a view of the stream begins, and how what is said changes it.
 *
 *     new             the state before the last hour, then that hour
 *     known           from where it was
 *     away too long   the state of what has left the stream, a gap, then all that is there
 */
import type { Logger } from 'pino';
import { reasonOf } from '../../protocol/reason.ts';
import type { ViewLog } from '../log/view-log.ts';
import { type Said, unpack } from './message.ts';
import { stateOf } from './state.ts';
import type { EventStream } from './stream.ts';

export interface BeginOptions {
  readonly stream: EventStream;
  readonly view: ViewLog;
  readonly backfillMs: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Begun {
  /** After which place the stream is to be read on. */
  readonly after: number;
  /** Where the stream ends now. */
  readonly upTo: number;
}

/** @throws Error where the stream cannot be read */
export async function beginView(options: BeginOptions): Promise<Begun> {
  const { stream, view } = options;
  const { state } = await stream.manager.streams.info(stream.name);
  const known = view.offset;
  const isNew = known === 0;
  const oldest = state.first_seq - 1;
  const after = isNew ? Math.max(oldest, await backfillFrom(options, state.last_seq)) : Math.max(known, oldest);
  if (after > known) await takeState(options, known, after);
  return { after, upTo: state.last_seq };
}

/** The last place before the time that a new view is to begin at. */
async function backfillFrom({ stream, backfillMs, now }: BeginOptions, last: number): Promise<number> {
  const { DeliverPolicy } = await import('@nats-io/jetstream');
  const opt_start_time = new Date(now() - backfillMs).toISOString();
  const options = { deliver_policy: DeliverPolicy.StartTime, opt_start_time };
  const consumer = await stream.manager.jetstream().consumers.get(stream.name, options);
  const { num_pending: pending } = await consumer.info(true);
  await consumer.delete();
  return last - pending;
}

/** Takes the newest of each sort that is not known, and says that what was between is missing. */
async function takeState({ stream, view, logger }: BeginOptions, known: number, upTo: number): Promise<void> {
  for await (const message of stateOf(stream, upTo)) {
    if (message.seq <= known) continue;
    try {
      applySaid(
        view,
        unpack((name) => message.headers?.get(name) ?? '', message.data, message.seq),
        message.seq,
      );
    } catch (error) {
      logger.error({ offset: message.seq, reason: reasonOf(error) }, 'what is no event was passed over');
    }
  }
  view.passOver(upTo);
}

/** Has a view know what was said at a place of the stream. */
export function applySaid(view: ViewLog, said: Said, seq: number): void {
  switch (said.act) {
    case 'event':
      view.place(said.event, seq);
      break;
    case 'forget':
      view.forget(said.target, said.which);
      break;
    case 'retire':
      view.retire(said.target);
      break;
    case 'judge':
      break;
  }
}
