/** What a configuration may say of receivers: `notify: { ops: { webhook: https://…, secret: { env: OPS_SECRET } }, log: {} }`. */
import { z } from 'zod';
import type { SecretSource } from '../access/secret.ts';
import { duration, text } from '../config/config-values.ts';

/** Somebody who is told of alerts, by the name that rules use. */
export type ReceiverConfig = { readonly name: string } & (
  | {
      readonly type: 'webhook';
      readonly url: string;
      /** Signs what is sent; absent: nothing is signed. */
      readonly secret?: SecretSource;
      readonly timeoutMs: number;
    }
  | { readonly type: 'alertmanager'; readonly url: string; readonly timeoutMs: number }
  | { readonly type: 'log' }
);

const DEFAULT_TIMEOUT_MS = 10_000;

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
const timeout = duration('How long it may take to accept a notification; default 10s.', 100).default(
  DEFAULT_TIMEOUT_MS,
);

const Secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
  error: 'expected { env: NAME } or { file: PATH }, where the secret is',
});

const ReceiverFile = z
  .strictObject({
    webhook: url("Where to post to, in the form of Alertmanager's webhooks.", 'https://ops.example/hook').optional(),
    secret: Secret.optional(),
    alertmanager: url('The Alertmanager, without /api/v2/alerts.', 'http://127.0.0.1:9093').optional(),
    timeout,
  })
  .refine(({ webhook, alertmanager }) => webhook === undefined || alertmanager === undefined, {
    message: 'expected either webhook or alertmanager: give each a name of its own',
  })
  .refine(({ webhook, secret }) => secret === undefined || webhook !== undefined, {
    message: 'expected no secret: only what a webhook is posted is signed',
  });

const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** A receiver with neither address is the log. */
export const ReceiversFile = z
  .record(z.string().regex(NAME, 'expected a name of letters, digits, _ and -'), ReceiverFile)
  .transform((file): ReceiverConfig[] =>
    Object.entries(file).map(([name, receiver]) => receiverConfig(name, receiver)),
  );

function receiverConfig(
  name: string,
  { webhook, secret, alertmanager, timeout: timeoutMs }: z.infer<typeof ReceiverFile>,
): ReceiverConfig {
  if (webhook !== undefined) return { name, type: 'webhook', url: webhook, timeoutMs, ...(secret && { secret }) };
  return alertmanager === undefined
    ? { name, type: 'log' }
    : { name, type: 'alertmanager', url: alertmanager, timeoutMs };
}
