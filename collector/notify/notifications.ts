/** The receivers of a configuration, each with an outbox of its own. */
import type { Logger } from 'pino';
import { type Environment, readSecret } from '../access/secret.ts';
import type { AlertMemory } from '../alert/memory.ts';
import type { Rule } from '../alert/rule.ts';
import { ConfigError, type Problem } from '../config-error.ts';
import type { EventLog } from '../log.ts';
import { sleep } from '../sleep.ts';
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

export class Notifications {
  readonly outboxes: readonly Outbox[];

  /** @throws ConfigError that names each secret which is missing; none is shown */
  constructor({ receivers, rules, log, memory, logger, env, now, random }: NotificationsOptions) {
    const problems: Problem[] = [];
    this.outboxes = receivers.flatMap((config) => {
      const { name } = config;
      try {
        const receiver = receiverOf(config, { logger, env, now });
        const concerned = new Set(rules.filter(({ notify }) => notify.includes(name)).map((rule) => rule.name));
        const concerns = (rule: string) => concerned.has(rule);
        return [new Outbox({ name, receiver, log, memory, concerns, logger, random, sleep })];
      } catch (error) {
        problems.push({ where: 'notify', message: `secret of "${name}" ${(error as Error).message}` });
        return [];
      }
    });
    if (problems.length > 0) throw new ConfigError(problems);
  }

  /** Tells until it is stopped. Never rejects. */
  async run(): Promise<void> {
    await Promise.all(this.outboxes.map((outbox) => outbox.run()));
  }

  stop(): void {
    for (const outbox of this.outboxes) outbox.stop();
  }
}

type Surroundings = Pick<NotificationsOptions, 'logger' | 'env' | 'now'>;

/** @throws Error for a secret that is not there */
function receiverOf(config: ReceiverConfig, { logger, env, now }: Surroundings): Receiver {
  switch (config.type) {
    case 'webhook': {
      const { name, url, timeoutMs, secret } = config;
      return new Webhook({ name, url, timeoutMs, now, ...(secret && { secret: readSecret(secret, env) }) });
    }
    case 'alertmanager':
      return new Alertmanager({ url: config.url, timeoutMs: config.timeoutMs, now });
    case 'log':
      return new LogReceiver(logger);
  }
}
