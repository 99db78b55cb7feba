/** The stream of a fleet: made where there is none, and left as it is where there is one. */
import type { JetStreamManager, StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { reasonOf } from '../../protocol/reason.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import { eventsOf } from './subjects.ts';

/** How long what comes twice is known for one; a publisher asks itself before that is over. */
const DUPLICATE_WINDOW_MS = 120_000;
const NANOS = 1_000_000;

export type StreamSettings = Pick<FleetFile, 'stream' | 'replicas' | 'retention'>;

export interface EventStream {
  readonly name: string;
  readonly manager: JetStreamManager;
  /** Tells this stream from any other of its name: the log of all who read it. */
  readonly log: string;
}

/** @throws Error of one line where JetStream is off, or the stream cannot be had */
export async function openStream(connection: NatsConnection, settings: StreamSettings): Promise<EventStream> {
  const { jetstreamManager } = await import('@nats-io/jetstream');
  const { stream: name } = settings;
  try {
    const manager = await jetstreamManager(connection);
    const info = await infoOf(manager, settings);
    return { name, manager, log: logOf(info) };
  } catch (cause) {
    throw new Error(`Cannot open stream "${name}" in NATS: ${reasonOf(cause)}; is JetStream on there, and allowed?`, {
      cause,
    });
  }
}

/** When a stream was made tells it from one that was made anew. */
export function logOf({ config: { name }, created }: Pick<StreamInfo, 'config' | 'created'>): string {
  return `${name}@${created}`;
}

async function infoOf(manager: JetStreamManager, settings: StreamSettings): Promise<StreamInfo> {
  const { stream: name, replicas, retention } = settings;
  const known = await found(manager, name);
  if (known) return known;
  const { DiscardPolicy, RetentionPolicy, StorageType } = await import('@nats-io/jetstream');
  try {
    return await manager.streams.add({
      name,
      description: "heapwatch's events",
      subjects: [eventsOf(name)],
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      discard: DiscardPolicy.Old,
      num_replicas: replicas,
      max_age: retention.age * NANOS,
      max_bytes: retention.size,
      duplicate_window: DUPLICATE_WINDOW_MS * NANOS,
      deny_delete: true,
      allow_direct: false,
    });
  } catch (error) {
    // somebody else has made it in the meantime
    const made = await found(manager, name);
    if (made) return made;
    throw error;
  }
}

async function found(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  const { JetStreamApiCodes, JetStreamApiError } = await import('@nats-io/jetstream');
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}
