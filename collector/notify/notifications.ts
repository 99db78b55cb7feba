/** The receivers of a configuration, each with an outbox of its own. */
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { sleep } from '../../agent/base/waiting.ts';
import type { Alert } from '../../protocol/alert.ts';
import { ConfigError, type Problem } from '../config/config-error.ts';
import type { ReceiverConfig } from '../config/receiver-file.ts';
import { notifies, type Rule } from '../config/rule.ts';
import type { Environment } from '../config/secret.ts';
import type { ConsumerOffsets } from '../log/consumer-offsets.ts';
import type { EventLog } from '../log/log.ts';
import { Alertmanager } from './alertmanager.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { LogReceiver } from './log-receiver.ts';
import { Outbox } from './outbox.ts';
import { isOwnedBy } from './owners.ts';
import { PagerDuty } from './pagerduty.ts';
import type { Receiver } from './receiver.ts';
import { Slack } from './slack.ts';
import { Webhook } from './webhook.ts';

export interface NotificationsOptions {
  readonly receivers: readonly ReceiverConfig[];
  readonly rules: readonly Rule[];
  readonly log: EventLog;
  /** Where outboxes keep how far they have come; absent: nowhere. */
  readonly offsets?: ConsumerOffsets | undefined;
  readonly logger: Logger;
  /** Where secrets may be. */
  readonly env: Environment;
  /** Under which of those that one collector of a fleet has at a time; absent: nobody else tells. */
  readonly claim?: TellingClaim;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** The right to tell, which another collector may take over. */
export interface TellingClaim {
  /** Rises with each holder. */
  readonly fence: number;
  /** Asked before each notification. */
  readonly isHeld: boolean;
}

/** A receiver with all that it is made of. */
interface Made {
  readonly config: ReceiverConfig;
  /** Read when it was made: a file that is written anew has others. */
  readonly credentials: Credentials;
  readonly receiver: Receiver;
}

/** One that is reported. */
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
        const credentials = readCredentials(config, this.#options.env);
        return [{ config, credentials, receiver: receiverOf(config, credentials, this.#options) }];
      } catch (error) {
        problems.push({ where: 'notify', message: `secret of "${config.name}" ${(error as Error).message}` });
        return [];
      }
    });
    if (problems.length > 0) throw new ConfigError(problems);
    return made;
  }

  #running(made: Made): Running {
    const { log, offsets, logger, random, claim } = this.#options;
    const mayTell = () => claim?.isHeld ?? true;
    const { receiver } = made;
    const { name } = made.config;
    const concerns = ({ rule, labels }: Pick<Alert, 'rule' | 'labels'>) =>
      isOwnedBy(labels.owner, made.config.owners) &&
      this.#rules.some((known) => (known.name === rule || known.group === rule) && notifies(known, name));
    return { ...made, outbox: new Outbox({ name, receiver, log, offsets, concerns, logger, random, sleep, mayTell }) };
  }

  #begin({ outbox }: Running): void {
    const before = this.#telling.get(outbox.name);
    this.#telling.set(outbox.name, before === undefined ? outbox.run() : before.then(() => outbox.run()));
  }
}

function isSame(one: Made, other: Made): boolean {
  return isDeepStrictEqual([one.config, one.credentials], [other.config, other.credentials]);
}

function receiverOf(
  config: ReceiverConfig,
  { secret, authorization, ca }: Credentials,
  { logger, now, claim }: Pick<NotificationsOptions, 'logger' | 'now' | 'claim'>,
): Receiver {
  const proof = { ...(authorization !== undefined && { authorization }), ...(ca !== undefined && { ca }) };
  switch (config.type) {
    case 'webhook': {
      const { name, url, timeoutMs } = config;
      const fence = claim && { fence: claim.fence };
      return new Webhook({ name, url, timeoutMs, now, ...fence, ...(secret !== undefined && { secret }), ...proof });
    }
    case 'alertmanager':
      return new Alertmanager({ url: config.url, timeoutMs: config.timeoutMs, now, ...proof });
    case 'slack':
      // its address is always there, or it could not be read
      return new Slack({ url: secret!, timeoutMs: config.timeoutMs });
    case 'pagerduty':
      return new PagerDuty({ url: config.url, routingKey: secret!, timeoutMs: config.timeoutMs });
    case 'log':
      return new LogReceiver(logger);
  }
}
