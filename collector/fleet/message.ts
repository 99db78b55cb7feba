/**
 * What one message of the stream carries: an event as JSON without its place, or what all collectors are to forget. Texts of
 * more than a page are compressed.
 *
 *     Nats-Msg-Id: 5f0c…:1042                 the log of who sent it, and its place there: what comes twice is one
 *     Heapwatch-Act: event | forget | retire | judge
 *     Heapwatch-Encoding: gzip
 *     Heapwatch-Fence: 17                     of alerts: the number of the lease under which it was judged
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { decodeServerFrame } from '../../protocol/codec.ts';
import { type StreamEvent, Topic } from '../../protocol/events.ts';
import type { ServerFrame } from '../../protocol/frames.ts';
import { limits } from '../../protocol/limits.ts';
import { boundedFrame, MAX_EVENT_BYTES } from '../log/event-bounds.ts';
import type { NewEvent } from '../log/log.ts';

const ACT = 'Heapwatch-Act';
const ENCODING = 'Heapwatch-Encoding';
export const FENCE = 'Heapwatch-Fence';

const name = z.string().max(limits.maxNameLength);

const Control = z.discriminatedUnion('act', [
  z.strictObject({
    act: z.literal('forget'),
    target: name,
    which: z.strictObject({
      isolate: name.exactOptional(),
      except: z.string().exactOptional(),
      alert: z.string().exactOptional(),
    }),
  }),
  z.strictObject({ act: z.literal('retire'), target: name }),
  /** Who says it judges the rules from here on: what is said of alerts under a lower number is not heard any more. */
  z.strictObject({ act: z.literal('judge'), fence: z.int().positive() }),
]);

/** What somebody of the fleet has to say to all. */
export type Said = { readonly act: 'event'; readonly event: NewEvent } | z.infer<typeof Control>;

/** Headers and payload of a message. */
export interface Packed {
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

const COMPRESSED_FROM_BYTES = 1_024;
const GZIP_LEVEL = 1;

/** @param maxBytes that a message may have; what is larger is cut as the log cuts events */
export function pack(said: Said, maxBytes: number): Packed {
  const { act } = said;
  if (act !== 'event') return packed(act, Buffer.from(JSON.stringify(said)));
  for (let limit = MAX_EVENT_BYTES; ; limit /= 2) {
    const frame = boundedFrame(said.event, (event) => Buffer.from(JSON.stringify(event)), limit);
    const whole = packed(act, frame);
    if (whole.data.length <= maxBytes || limit <= 1_024) return whole;
  }
}

function packed(act: Said['act'], text: Buffer): Packed {
  if (text.length < COMPRESSED_FROM_BYTES) return { headers: { [ACT]: act }, data: text };
  const data = gzipSync(text, { level: GZIP_LEVEL });
  return { headers: { [ACT]: act, [ENCODING]: 'gzip' }, data };
}

/** What came at a place of the stream. @throws Error for what is none of ours */
export function unpack(header: (name: string) => string, data: Uint8Array, offset: number): Said {
  // a header that is not there is empty
  const isZipped = header(ENCODING) === 'gzip';
  const text = (isZipped ? gunzipSync(data, { maxOutputLength: MAX_EVENT_BYTES }) : Buffer.from(data)).toString();
  const act = header(ACT);
  if (act === 'event') return { act, event: eventOf(text, offset) };
  return Control.parse(JSON.parse(text));
}

function eventOf(text: string, offset: number): NewEvent {
  const frame = decodeServerFrame(`{"offset":${offset},${text.slice(1)}`);
  if (!isEvent(frame)) throw new SyntaxError(`expected an event, got "${frame.type}"`);
  const { offset: _, replay: __, durable: ___, ...event } = frame;
  return event as NewEvent;
}

function isEvent(frame: ServerFrame): frame is StreamEvent {
  return Topic.safeParse(frame.type).success;
}
