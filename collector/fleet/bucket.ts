/** The buckets of keys and values of a fleet, made where there are none. */
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { reasonOf } from '../../protocol/reason.ts';

export interface BucketSettings {
  readonly replicas: number;
  /** How long a value lives that is not written again; absent: for good. */
  readonly ttlMs?: number;
  /** How many values of a key are kept; default: the newest. */
  readonly history?: number;
}

/** @throws Error of one line */
export async function openBucket(connection: NatsConnection, name: string, settings: BucketSettings): Promise<KV> {
  const { Kvm } = await import('@nats-io/kv');
  const { replicas, ttlMs: ttl, history = 1 } = settings;
  try {
    // whoever asks gets what was written last: no copy that lags behind answers
    return await new Kvm(connection).create(name, { replicas, history, allow_direct: false, ...(ttl && { ttl }) });
  } catch (cause) {
    throw new Error(`Cannot open bucket "${name}" in NATS: ${reasonOf(cause)}`, { cause });
  }
}

/** Whether a write was refused because somebody else has written in the meantime. */
export async function isOutrun(error: unknown): Promise<boolean> {
  const { JetStreamApiCodes, JetStreamApiError } = await import('@nats-io/jetstream');
  if (!(error instanceof JetStreamApiError)) return false;
  const { code } = error;
  return (
    code === JetStreamApiCodes.StreamWrongLastSequence || code === JetStreamApiCodes.StreamWrongLastSequenceUnknown
  );
}
