/** Bounds of the stream, as a configuration file says them. */
import { z } from 'zod';
import { limits } from '../../protocol/limits.ts';
import { formatDuration, formatSize } from '../base/units.ts';
import { duration, size } from './config-values.ts';

const count = (description: string, fallback: number) =>
  z.int().min(1).max(1_000_000).meta({ description }).default(fallback);
const bytes = (description: string, fallback: number) => size(description, 1_024).prefault(formatSize(fallback));
const span = (description: string, fallbackMs: number) => duration(description).prefault(formatDuration(fallbackMs));

export const StreamFile = z.strictObject({
  maxClients: count('WebSocket clients at a time. One more is closed with 4429.', limits.maxClients),
  maxConnectionsPerAddress: count(
    'Connections of one address. Of more the oldest is dropped that nobody was let in by. Raise it behind a proxy.',
    1_024,
  ),
  maxSubscriptions: count('Subscriptions of one client. One more closes it with 4429.', limits.maxSubscriptions),
  maxRequests: count('Requests of one client in flight. One more closes it with 4429.', limits.maxPendingRequests),
  maxFramesPerSecond: count(
    'Frames of one client in a second. One more closes it with 4429.',
    limits.maxFramesPerSecond,
  ),
  maxFrame: bytes('The largest frame of a client. A larger one closes it with 1009.', limits.maxFrameBytes),
  highWater: bytes("Bytes in a client's socket above which partitions coalesce.", 262_144),
  buffer: bytes('Bytes that may wait for a slow client. More closes it with 4413.', limits.maxBufferedBytes),
  answers: bytes('Answers that may wait for all clients. More closes the slowest with 4413.', 268_435_456),
  stall: span('How long a client may take nothing before it is closed with 4413.', limits.stalledMs),
  hello: span('How long a client has for its first frame before it is closed with 4408.', limits.helloTimeoutMs),
  ping: span('The time between two pings. A client that misses two is dropped.', limits.pingIntervalMs),
  ringEvents: count('Events kept in memory for clients that resume.', 100_000),
  ringSize: bytes('Bytes of events kept in memory for clients that resume.', 67_108_864),
});
export type StreamFile = z.infer<typeof StreamFile>;
