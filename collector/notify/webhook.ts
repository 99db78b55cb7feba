/**
 * Alertmanager's webhook, version 4, one alert a notification; beside what Alertmanager sends: `reason`, `figures` and
 * `evidence` of the alert as on the stream.
 *
 *     Heapwatch-Timestamp: 1795329885                              seconds since 1970, of this attempt
 *     Heapwatch-Signature: v1=HEX                                  HMAC-SHA256 of `TIMESTAMP.BODY` by the shared secret
 *     Idempotency-Key: FINGERPRINT/2026-11-22T06:24:45.123Z/firing the same for each attempt: what comes twice is one
 *     Heapwatch-Fence: 17                                          of a fleet: rises with each collector that takes over telling
 */
import { createHmac } from 'node:crypto';
import type { Notice } from './notice.ts';
import { post } from './post.ts';
import type { Outcome, Receiver } from './receiver.ts';
import { annotationsOf } from './words.ts';

/** What Alertmanager sends for an alert that has not ended. */
const NO_END = '0001-01-01T00:00:00Z';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** Absent: nothing is signed. */
  readonly secret?: string;
  /** Of the collector of a fleet that tells. */
  readonly fence?: number;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** Certificates (PEM) that its own may be signed by. */
  readonly ca?: string;
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Webhook implements Receiver {
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  send(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    const { name, url, secret, fence, authorization, ca, timeoutMs, now } = this.#options;
    const body = JSON.stringify(webhookBody(name, notice));
    const timestamp = String(Math.floor(now() / 1000));
    const { fingerprint, startsAt } = notice.alert;
    const headers = {
      'Heapwatch-Timestamp': timestamp,
      'Idempotency-Key': `${fingerprint}/${startsAt}/${notice.status}`,
      ...(fence !== undefined && { 'Heapwatch-Fence': String(fence) }),
      ...(authorization !== undefined && { Authorization: authorization }),
      ...(secret !== undefined && { 'Heapwatch-Signature': `v1=${signature(secret, timestamp, body)}` }),
    };
    return post({ url, body, headers, timeoutMs, signal, ...(ca !== undefined && { ca }) });
  }
}

/** Hexadecimal. */
export function signature(secret: string, timestamp: string, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

/** @param receiver its name in the configuration */
function webhookBody(receiver: string, { alert, status }: Notice): object {
  const { labels, startsAt, endsAt = NO_END, fingerprint, reason, figures, evidence, rule } = alert;
  const annotations = annotationsOf(alert);
  return {
    version: '4',
    groupKey: `{}:{alertname=${JSON.stringify(rule)}}`,
    truncatedAlerts: 0,
    status,
    receiver,
    groupLabels: { alertname: rule },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: '',
    alerts: [
      {
        status,
        labels,
        annotations,
        startsAt,
        endsAt,
        generatorURL: '',
        fingerprint,
        reason,
        figures,
        ...(evidence && { evidence }),
      },
    ],
  };
}
