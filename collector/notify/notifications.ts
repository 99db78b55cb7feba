/** The receivers of a configuration, each with an outbox of its own. */
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { type Environment, readSecret } from '../access/secret.ts';
import type { AlertMemory } from '../alert/memory.ts';
import type { Rule } from '../alert/rule.ts';
import { ConfigError, type Problem } from '../config/config-error.ts';
import type { EventLog } from '../log/log.ts';
import { sleep } from '../waiting/sleep.ts';
import { Alertmanager } from './alertmanager.ts';
import { LogReceiver } from './log-receiver.ts';
import { Outbox } from './outbox.ts';
import type { Receiver } from './receiver.ts';
import type { ReceiverConfig } from './receiver-file.ts';
import { Webhook } from './webhook.ts';

export interface NotificationsOptions {
  readonly receivers: readonly ReceiverConfig[];
  readonly rules: readonly Rule[];
  readonly log: EventLog;
  /** Where outboxes keep how far they have come; absent: nowhere. */
  readonly memory?: AlertMemory | undefined;
  readonly logger: Logger;
  /** Where secrets may be. */
  readonly env: Environment;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A receiver with all that it is made of. */
interface Made {
  readonly config: ReceiverConfig;
  /** Read when it was made: a file that is written anew has another. */
  readonly secret: string | undefined;
  readonly receiver: Receiver;
}

/** One that is told. */
interface Running extends Made {
  readonly outbox: Outbox;
}

export class Notifications {
  readonly #options: NotificationsOptions;
  readonly #stop = new AbortController();
  /** What tells, or is ending, by the name of its receiver: the next one of a name goes on where the one before has ended. */
  readonly #telling = new Map<string, Promise<void>>();
  #rules: readonly Rule[];
  #receivers: readonly Running[];
  #hasBegun = false;

  /** @throws ConfigError that names each secret which is missing; none is shown */
  constructor(options: NotificationsOptions) {
    this.#options = options;
    this.#rules = options.rules;
    this.#receivers = this.#make(options.receivers).map((made) => this.#running(made));
  }

  get outboxes(): readonly Outbox[] {
    return this.#receivers.map(({ outbox }) => outbox);
  }

  /** Tells until it is stopped. Never rejects. */
  async run(): Promise<void> {
    this.#hasBegun = true;
    for (const running of this.#receivers) this.#begin(running);
    if (!this.#stop.signal.aborted) await once(this.#stop.signal, 'abort');
    await Promise.all(this.#telling.values());
  }

  stop(): void {
    for (const { outbox } of this.#receivers) outbox.stop();
    this.#stop.abort();
  }

  /**
   * Reads what other receivers need. What it gives has those from then on, and tells whether any is another: receivers that
   * are the same go on, others begin where one of their name has ended.
   * @throws ConfigError as the constructor
   */
  renewal({ receivers, rules }: Pick<NotificationsOptions, 'receivers' | 'rules'>): () => boolean {
    const wanted = this.#make(receivers);
    return () => {
      if (this.#stop.signal.aborted) return false;
      this.#rules = rules;
      const before = this.#receivers;
      this.#receivers = wanted.map((made) => before.find((known) => isSame(known, made)) ?? this.#running(made));
      for (const running of before) if (!this.#receivers.includes(running)) running.outbox.stop();
      const added = this.#receivers.filter((running) => !before.includes(running));
      if (this.#hasBegun) for (const running of added) this.#begin(running);
      return added.length > 0 || before.length !== this.#receivers.length;
    };
  }

  /** @throws ConfigError */
  #make(receivers: readonly ReceiverConfig[]): Made[] {
    const problems: Problem[] = [];
    const made = receivers.flatMap((config) => {
      try {
        const source = config.type === 'webhook' ? config.secret : undefined;
        const secret = source && readSecret(source, this.#options.env);
        return [{ config, secret, receiver: receiverOf(config, secret, this.#options) }];
      } catch (error) {
        problems.push({ where: 'notify', message: `secret of "${config.name}" ${(error as Error).message}` });
        return [];
      }
    });
    if (problems.length > 0) throw new ConfigError(problems);
    return made;
  }

  #running(made: Made): Running {
    const { log, memory, logger, random } = this.#options;
    const { receiver } = made;
    const { name } = made.config;
    const concerns = (rule: string) => this.#rules.some((known) => known.name === rule && known.notify.includes(name));
    return { ...made, outbox: new Outbox({ name, receiver, log, memory, concerns, logger, random, sleep }) };
  }

  #begin({ outbox }: Running): void {
    const before = this.#telling.get(outbox.name);
    this.#telling.set(outbox.name, before === undefined ? outbox.run() : before.then(() => outbox.run()));
  }
}

function isSame(one: Made, other: Made): boolean {
  return isDeepStrictEqual(one.config, other.config) && one.secret === other.secret;
}

function receiverOf(
  config: ReceiverConfig,
  secret: string | undefined,
  { logger, now }: Pick<NotificationsOptions, 'logger' | 'now'>,
): Receiver {
  switch (config.type) {
    case 'webhook': {
      const { name, url, timeoutMs } = config;
      return new Webhook({ name, url, timeoutMs, now, ...(secret !== undefined && { secret }) });
    }
    case 'alertmanager':
      return new Alertmanager({ url: config.url, timeoutMs: config.timeoutMs, now });
    case 'log':
      return new LogReceiver(logger);
  }
}
