/**
 * Events of a process that has no collector, into the stream of a fleet:
 *
 *     await using fleet = await publishEvents({ config, agent: 'api-7', logger });
 *     fleet.log.append({ type: 'usage', … });
 *     fleet.log.forget('api', { isolate: 'worker:3' });
 */
import { hostname } from 'node:os';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { FleetFile } from '../config/fleet-file.ts';
import type { Environment } from '../config/secret.ts';
import type { RingLimits } from '../log/ring-log.ts';
import { AgentLog } from './agent-log.ts';
import { connectNats } from './connection.ts';
import { Publisher } from './publisher.ts';
import { type EventStream, openStream } from './stream.ts';

export interface PublishOptions {
  readonly config: FleetFile;
  readonly logger: Logger;
  readonly env: Environment;
  /** What the log of this process holds of what it has published. */
  readonly ring: RingLimits;
}

export interface PublishedEvents extends AsyncDisposable {
  /** What is appended there is published, acknowledged, in order. */
  readonly log: AgentLog;
  readonly connection: NatsConnection;
  readonly stream: EventStream;
  /** Its name in the fleet. */
  readonly agent: string;
}

/** How long what waits may take to be published in the end. */
const GRACE_MS = 3_000;

/** @throws ConfigError; Error of one line where NATS cannot be reached */
export async function publishEvents({ config, logger, env, ring }: PublishOptions): Promise<PublishedEvents> {
  const agent = config.name ?? hostname();
  const connection = await connectNats(config.nats, { name: `heapwatch ${agent}`, env, logger });
  try {
    const stream = await openStream(connection, config);
    const log = new AgentLog(ring);
    const maxWaitingBytes = config.buffer;
    const publisher = await Publisher.open({ connection, stream, agent, log: log.id, maxWaitingBytes, logger });
    log.publishTo(publisher);
    return {
      log,
      connection,
      stream,
      agent,
      async [Symbol.asyncDispose]() {
        await publisher.close(GRACE_MS);
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}
