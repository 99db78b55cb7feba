/** A collector's part in a fleet: its connection, the stream, and the log that all collectors share. */
import { hostname } from 'node:os';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import type { Environment } from '../config/secret.ts';
import { connectNats } from '../fleet/connection.ts';
import { FleetLog } from '../fleet/fleet-log.ts';
import { type EventStream, openStream } from '../fleet/stream.ts';
import type { Storage, ViewStorage } from './storage.ts';

export interface MemberOptions {
  readonly logger: Logger;
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The stream is another one by now: the collector is to end. */
  readonly replaced: (reason: string) => void;
}

export class FleetMember implements AsyncDisposable {
  readonly name: string;
  readonly connection: NatsConnection;
  readonly stream: EventStream;
  readonly #config: FleetFile;
  readonly #options: MemberOptions;

  private constructor(config: FleetFile, options: MemberOptions, connection: NatsConnection, stream: EventStream) {
    this.name = config.name ?? hostname();
    this.connection = connection;
    this.stream = stream;
    this.#config = config;
    this.#options = options;
  }

  /** Undefined where the configuration names no fleet. @throws ConfigError; Error of one line where NATS cannot be reached */
  static async join({ fleet }: Pick<Config, 'fleet'>, options: MemberOptions): Promise<FleetMember | undefined> {
    if (!fleet) return undefined;
    const { logger, env } = options;
    const name = `heapwatch ${fleet.name ?? hostname()}`;
    const connection = await connectNats(fleet.nats, { name, env, logger });
    try {
      return new FleetMember(fleet, options, connection, await openStream(connection, fleet));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** What is there, as the view of the fleet's log. @throws Error where the stream cannot be read */
  async share(storage: ViewStorage): Promise<Storage> {
    const { log: view, offsets, ...rest } = storage;
    const { logger, now, replaced } = this.#options;
    const { connection, stream, name } = this;
    const { buffer: maxWaitingBytes, backfill: backfillMs } = this.#config;
    const bounds = { maxWaitingBytes, backfillMs };
    const kept = offsets && { offsets };
    const fence = () => undefined;
    const log = await FleetLog.open({
      connection,
      stream,
      view,
      ...kept,
      name,
      ...bounds,
      logger,
      now,
      fence,
      replaced,
    });
    const close = async () => {
      await log.close();
      await storage.close();
    };
    return { ...rest, log, ...kept, close };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}
