/** What a configuration may say of receivers: `notify: { ops: { webhook: https://…, secret: { env: OPS_SECRET } }, log: {} }`. */
import { z } from 'zod';
import { limits } from '../../protocol/limits.ts';
import { duration, text } from './config-values.ts';
import type { SecretSource } from './secret.ts';

/** How a call proves who it is. */
export type Authorization =
  | { readonly type: 'bearer'; readonly token: SecretSource }
  | { readonly type: 'basic'; readonly user: string; readonly password: SecretSource };

/** Where PagerDuty takes events; another in Europe. */
const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue';

/** A receiver of alerts, by the name that rules use. */
export type ReceiverConfig = {
  readonly name: string;
  /** Globs of owners: it gets the alerts on what they own. Absent: all alerts. */
  readonly owners?: readonly string[];
} & (
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** Signs what is sent; absent: nothing is signed. */
      readonly secret?: SecretSource;
      readonly authorization?: Authorization;
      /** File of the certificates that its own may be signed by, beside those that Node knows. */
      readonly ca?: string;
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'alertmanager';
      readonly url: string;
      readonly authorization?: Authorization;
      readonly ca?: string;
      readonly timeoutMs: number;
    }
  /** Its address is the secret. */
  | { readonly type: 'slack'; readonly secret: SecretSource; readonly timeoutMs: number }
  /** Its routing key is. */
  | { readonly type: 'pagerduty'; readonly url: string; readonly secret: SecretSource; readonly timeoutMs: number }
  | { readonly type: 'log' }
);

/** @throws SyntaxError for what cannot be posted to; the address, which may hold a secret, is not shown */
function parseUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new SyntaxError('expected an address such as https://ops.example/hook');
  }
  const { username, password } = new URL(value);
  if (username !== '' || password !== '') {
    throw new SyntaxError('expected an address without a password, which would show in lists and logs; use secret');
  }
  return value;
}

const url = (description: string, example: string) => text(parseUrl, { description, examples: [example] });
const timeout = duration('How long a receiver may take to accept a notification.', 100).prefault('10s');

export const Secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'expected { env: NAME } or { file: PATH }, where the secret is',
  },
);

/** What a receiver can be; with none of them it is the log. */
const KINDS = ['webhook', 'alertmanager', 'slack', 'pagerduty'] as const;

const ReceiverFile = z
  .strictObject({
    webhook: url(
      "The address of a webhook, which gets the form of Alertmanager's webhooks.",
      'https://ops.example/hook',
    ).optional(),
    secret: Secret.optional(),
    alertmanager: url('The address of an Alertmanager, without /api/v2/alerts.', 'http://127.0.0.1:9093').optional(),
    slack: Secret.optional().meta({ description: 'Where the address of an incoming webhook of Slack is.' }),
    pagerduty: Secret.optional().meta({
      description: 'Where the routing key of an integration of PagerDuty is, of its Events API v2.',
    }),
    url: url('Where PagerDuty takes events, if not in the United States.', PAGERDUTY_URL).optional(),
    bearer: Secret.optional().meta({ description: 'Where the token is that a webhook or an Alertmanager asks for.' }),
    ca: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'A file of certificates (PEM) that the receiver of an https address may be signed by.' }),
    basic: z
      .strictObject({ user: z.string().min(1), password: Secret })
      .optional()
      .meta({ description: 'The user and where the password is that a webhook or an Alertmanager asks for.' }),
    owners: z
      .array(z.string().min(1).max(limits.maxGlobLength))
      .min(1)
      .max(1_000)
      .optional()
      .meta({
        description:
          'Globs of owners: of alerts whose label owner names one that fits. `(no owner)` is for alerts that have none. Without it, all alerts.',
        examples: [['@acme/billing', 'npm:@acme/*']],
      }),
    timeout,
  })
  .refine((file) => KINDS.filter((kind) => file[kind] !== undefined).length < 2, {
    message: `expected one of ${KINDS.join(', ')}: give each a name of its own`,
  })
  .refine(({ bearer, basic }) => bearer === undefined || basic === undefined, {
    message: 'expected either bearer or basic',
  })
  .refine(
    ({ webhook, alertmanager, bearer, basic }) =>
      (bearer ?? basic) === undefined || (webhook ?? alertmanager) !== undefined,
    {
      message: 'expected no bearer or basic: only a webhook and an Alertmanager ask for them',
    },
  )
  .refine(
    ({ webhook, alertmanager, ca }) => ca === undefined || (webhook ?? alertmanager)?.startsWith('https:') === true,
    {
      message: 'expected no ca: it belongs to a webhook or an Alertmanager at an https address',
    },
  )
  .refine(({ pagerduty, url }) => url === undefined || pagerduty !== undefined, {
    message: 'expected no url: it belongs to pagerduty',
  })
  .refine(({ webhook, secret }) => secret === undefined || webhook !== undefined, {
    message: 'expected no secret: only what a webhook is posted is signed',
  });

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** A receiver of no kind is the log. */
export const ReceiversFile = z
  .record(z.string().regex(NAME, 'expected a name of letters, digits, _ and -'), ReceiverFile)
  .transform((file): ReceiverConfig[] =>
    Object.entries(file).map(([name, receiver]) => ({
      ...receiverConfig(name, receiver),
      ...(receiver.owners && { owners: receiver.owners }),
    })),
  );

function receiverConfig(name: string, file: z.infer<typeof ReceiverFile>): ReceiverConfig {
  const { webhook, secret, alertmanager, slack, pagerduty, url: events = PAGERDUTY_URL, timeout: timeoutMs } = file;
  const authorization = authorizationOf(file);
  const proof = { ...(authorization && { authorization }), ...(file.ca !== undefined && { ca: file.ca }) };
  if (webhook !== undefined)
    return { name, type: 'webhook', url: webhook, timeoutMs, ...(secret && { secret }), ...proof };
  if (alertmanager !== undefined) return { name, type: 'alertmanager', url: alertmanager, timeoutMs, ...proof };
  if (slack) return { name, type: 'slack', secret: slack, timeoutMs };
  if (pagerduty) return { name, type: 'pagerduty', url: events, secret: pagerduty, timeoutMs };
  return { name, type: 'log' };
}

function authorizationOf({ bearer, basic }: z.infer<typeof ReceiverFile>): Authorization | undefined {
  if (bearer) return { type: 'bearer', token: bearer };
  return basic && { type: 'basic', ...basic };
}
