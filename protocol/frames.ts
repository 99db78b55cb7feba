/** Every frame of the stream, client's and server's; PROTOCOL.md says what each means and what closes the socket. */
import * as z from 'zod';
import {
  AlertEvent,
  CheckpointEvent,
  FootprintEvent,
  MarkEvent,
  MemoryEvent,
  PartitionEvent,
  ProbeEvent,
  type StreamEvent,
  TargetEvent,
  Topic,
  UsageEvent,
} from './events.ts';
import { limits } from './limits.ts';
import { Role } from './role.ts';
import { Scope } from './scope.ts';
import { text } from './text.ts';

/** The WebSocket subprotocol that client and server agree on in the handshake. */
export const SUBPROTOCOL = 'heapwatch.v1';
/** The path of the stream on a collector. */
export const STREAM_PATH = '/v1/stream';

const id = text(limits.maxIdLength);
const name = text(limits.maxNameLength);
/** A place in the log: that of the newest event, 0 before the first. */
const offset = z.number().int().nonnegative();

// what a client sends

export const Hello = z.strictObject({
  type: z.literal('hello'),
  token: text(limits.maxTokenLength).optional(),
});
export type Hello = z.infer<typeof Hello>;

export const Subscribe = z.strictObject({
  type: z.literal('subscribe'),
  id,
  topics: z.array(Topic).min(1).max(Topic.options.length),
  /** Globs of target names (glob.ts); absent: all targets. */
  targets: z.array(text(limits.maxGlobLength)).min(1).max(limits.maxGlobs).optional(),
  /** Classifiers of partitions; absent: all. Other topics do not heed it. */
  by: z.array(name).min(1).max(limits.maxClassifiers).optional(),
  /** The last event that the client has; absent: it has none and wants the latest state. */
  from: z.strictObject({ log: text(limits.maxIdLength), offset }).optional(),
});
export type Subscribe = z.infer<typeof Subscribe>;

export const Unsubscribe = z.strictObject({ type: z.literal('unsubscribe'), id });
export type Unsubscribe = z.infer<typeof Unsubscribe>;

export const Request = z.strictObject({
  type: z.literal('request'),
  id,
  method: name,
  /** As the method says (requests.ts); absent: `{}`. */
  params: z.record(z.string(), z.unknown()).optional(),
});
export type Request = z.infer<typeof Request>;

export type ClientFrame = Hello | Subscribe | Unsubscribe | Request;

// what a server sends, beside events

export const Welcome = z.strictObject({
  type: z.literal('welcome'),
  log: text(limits.maxIdLength),
  offset,
  /** Whose the token is; everybody's, where there are none. */
  role: Role,
  /** What of the targets and probes it is for; absent: all. */
  scope: Scope.optional(),
  server: z.strictObject({ name: z.string(), version: z.string() }),
});
export type Welcome = z.infer<typeof Welcome>;

export const Subscribed = z.strictObject({
  type: z.literal('subscribed'),
  id,
  log: text(limits.maxIdLength),
  /** Events up to this one come as replay, those after it live. */
  offset,
});
export type Subscribed = z.infer<typeof Subscribed>;

export const Gap = z.strictObject({
  type: z.literal('gap'),
  /** The subscription that misses something. */
  id,
  topic: Topic,
  target: name.optional(),
  isolate: name.optional(),
  by: name.optional(),
  /** Offset of the first and of the last event that may be missing. */
  from: offset,
  to: offset,
  /** How many are; null where the log does not hold them any more. */
  skipped: z.number().int().positive().nullable(),
});
export type Gap = z.infer<typeof Gap>;

export const Unsubscribed = z.strictObject({ type: z.literal('unsubscribed'), id });
export type Unsubscribed = z.infer<typeof Unsubscribed>;

/** Why a request failed, for programs. */
export const ErrorCode = z.enum([
  'unknown-method',
  'bad-params',
  'unknown-target',
  'not-found',
  'not-attached',
  'busy',
  'probe-failed',
  'void',
  'refused',
  'unreadable',
  'forbidden',
  'internal',
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

const Failure = z.strictObject({ code: ErrorCode, message: z.string() });
const Answer = z.strictObject({ type: z.literal('response'), id, result: z.record(z.string(), z.unknown()) });
const Refusal = z.strictObject({ type: z.literal('response'), id, error: Failure });

export const Response = z.union([Answer, Refusal], { error: 'a response with either "result" or "error"' });
export type Response = z.infer<typeof Response>;

export type ServerFrame = Welcome | Subscribed | StreamEvent | Gap | Unsubscribed | Response;

/** The schema of each frame that a client may send, by its type. */
export const clientFrames = {
  hello: Hello,
  subscribe: Subscribe,
  unsubscribe: Unsubscribe,
  request: Request,
} as const;

/** The schema of each frame that a server may send, by its type. */
export const serverFrames = {
  welcome: Welcome,
  subscribed: Subscribed,
  partition: PartitionEvent,
  usage: UsageEvent,
  memory: MemoryEvent,
  target: TargetEvent,
  probe: ProbeEvent,
  checkpoint: CheckpointEvent,
  mark: MarkEvent,
  footprint: FootprintEvent,
  alert: AlertEvent,
  gap: Gap,
  unsubscribed: Unsubscribed,
  response: Response,
} as const;
