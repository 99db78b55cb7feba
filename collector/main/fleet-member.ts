/** A collector's part in a fleet: its connection, the stream, and the log that all collectors share. */
import { hostname } from 'node:os';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import type { Alert } from '../../protocol/alert.ts';
import type { RequestError } from '../../protocol/requests.ts';
import type { Config } from '../config/config.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import type { Environment } from '../config/secret.ts';
import { openBucket } from '../fleet/bucket.ts';
import type { Claim, Claims } from '../fleet/claims.ts';
import { ConfigStore } from '../fleet/config-store.ts';
import { connectNats } from '../fleet/connection.ts';
import { FleetLog } from '../fleet/fleet-log.ts';
import { becomeMember, type Membership } from '../fleet/membership.ts';
import { answerQuestions, ask, judgeSubject } from '../fleet/questions.ts';
import { type EventStream, openStream } from '../fleet/stream.ts';
import { bucketOf } from '../fleet/subjects.ts';
import type { Remote } from './remote-target.ts';
import type { Storage, ViewStorage } from './storage.ts';

export interface MemberOptions {
  readonly logger: Logger;
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The stream is another one by now: the collector is to end. */
  readonly onReplaced: (reason: string) => void;
}

export class FleetMember implements AsyncDisposable {
  readonly name: string;
  readonly connection: NatsConnection;
  readonly stream: EventStream;
  /** What the collector that judges keeps for the one after it. */
  readonly state: KV;
  readonly membership: Membership;
  /** What the agents are to run. */
  readonly configuration: ConfigStore;
  #log: FleetLog | undefined;
  #judging: Claim | undefined;
  readonly #config: FleetFile;
  readonly #options: MemberOptions;

  private constructor(
    config: FleetFile,
    options: MemberOptions,
    connection: NatsConnection,
    stream: EventStream,
    membership: Membership,
    state: KV,
    configuration: ConfigStore,
  ) {
    this.name = config.name ?? hostname();
    this.connection = connection;
    this.stream = stream;
    this.membership = membership;
    this.state = state;
    this.configuration = configuration;
    this.#config = config;
    this.#options = options;
  }

  /** Undefined where the configuration names no fleet. @throws ConfigError; Error of one line where NATS cannot be reached */
  static async join({ fleet }: Pick<Config, 'fleet'>, options: MemberOptions): Promise<FleetMember | undefined> {
    if (!fleet) return undefined;
    const { logger, env } = options;
    const name = fleet.name ?? hostname();
    const connection = await connectNats(fleet.nats, { name: `heapwatch ${name}`, env, logger });
    try {
      const stream = await openStream(connection, fleet);
      const membership = await becomeMember(connection, fleet, { name, kind: 'collector' }, logger);
      const state = await openBucket(connection, bucketOf(fleet.stream, 'state'), fleet);
      const configuration = await ConfigStore.open(connection, fleet.stream, fleet);
      return new FleetMember(fleet, options, connection, stream, membership, state, configuration);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** What is there, as the view of the fleet's log. @throws Error where the stream cannot be read */
  async share(storage: ViewStorage): Promise<Storage> {
    const { log: view, offsets, ...rest } = storage;
    const { logger, now, onReplaced: replaced } = this.#options;
    const { connection, stream, name } = this;
    const { buffer: maxWaitingBytes, backfill: backfillMs } = this.#config;
    const bounds = { maxWaitingBytes, backfillMs };
    const kept = offsets && { offsets };
    // under a claim that is lost nothing is judged
    const fence = () => (this.#judging?.isHeld ? this.#judging.fence : undefined);
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
    this.#log = log;
    const close = async () => {
      await log.close();
      await storage.close();
      await this[Symbol.asyncDispose]();
    };
    return { ...rest, log, ...kept, close };
  }

  /** The log that all collectors share. @throws Error before `share` */
  get log(): FleetLog {
    if (!this.#log) throw new Error('Cannot read the log of the fleet: nothing is shared yet');
    return this.#log;
  }

  /** How long a holder that is not heard of keeps what it has. */
  get leaseMs(): number {
    return this.#config.lease;
  }

  /** How targets of others are reached. */
  get remote(): Remote {
    return { connection: this.connection, stream: this.stream.name, log: this.log };
  }

  /** What is said of alerts from here on is said under this claim, until that is disposed. */
  judgeUnder(claim: Claim): Disposable {
    this.#judging = claim;
    return {
      [Symbol.dispose]: () => {
        this.#judging = undefined;
      },
    };
  }

  /** The alerts that live, as the log has them. */
  alerts(): Alert[] {
    return this.log.latest().flatMap(({ head, event }) => {
      if (head.type !== 'alert' || event.type !== 'alert') return [];
      const { type: _, offset: __, durable: ___, replay: ____, ...alert } = event;
      return alert.state === 'pending' || alert.state === 'firing' ? [alert] : [];
    });
  }

  askJudge(question: unknown, nobody: RequestError): Promise<unknown> {
    return ask(this.connection, judgeSubject(this.stream.name), question, { nobody });
  }

  answerAsJudge(answer: (question: unknown) => Promise<unknown>): Disposable {
    return answerQuestions(this.connection, judgeSubject(this.stream.name), answer);
  }

  get claims(): Claims {
    return this.membership.claims;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.membership[Symbol.asyncDispose]();
    await this.connection.close();
  }
}
