/** Bounds of the stream, as a collector runs with them. */
import { StreamFile } from './stream-file.ts';

/** Bounds of the stream; PROTOCOL.md says what happens at each. */
export interface StreamConfig {
  readonly maxClients: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxSubscriptions: number;
  readonly maxRequests: number;
  readonly maxFramesPerSecond: number;
  readonly maxFrameBytes: number;
  /** Bytes given to one client's socket before events wait in the collector, where partitions coalesce. */
  readonly highWaterBytes: number;
  readonly bufferBytes: number;
  /** The same of answers for all clients together. */
  readonly answersBytes: number;
  readonly stallMs: number;
  readonly helloMs: number;
  readonly pingMs: number;
  /** Events and bytes kept for clients that resume; whichever is reached first. */
  readonly ringEvents: number;
  readonly ringBytes: number;
}

export function streamConfig(stream: StreamFile): StreamConfig {
  return {
    maxClients: stream.maxClients,
    maxConnectionsPerAddress: stream.maxConnectionsPerAddress,
    maxSubscriptions: stream.maxSubscriptions,
    maxRequests: stream.maxRequests,
    maxFramesPerSecond: stream.maxFramesPerSecond,
    maxFrameBytes: stream.maxFrame,
    highWaterBytes: stream.highWater,
    bufferBytes: stream.buffer,
    answersBytes: stream.answers,
    stallMs: stream.stall,
    helloMs: stream.hello,
    pingMs: stream.ping,
    ringEvents: stream.ringEvents,
    ringBytes: stream.ringSize,
  };
}

export const DEFAULT_STREAM: StreamConfig = streamConfig(StreamFile.parse({}));
