/**
 * PagerDuty, by its Events API v2: an alert that fires triggers an incident there, and resolves it when it is over. The same
 * alert has the same `dedup_key`, so that what is sent twice is one.
 *
 * https://developer.pagerduty.com/docs/send-alert-event
 */
import type { Alert } from '../../protocol/alert.ts';
import type { Notice } from './notice.ts';
import { post } from './post.ts';
import type { Outcome, Receiver } from './receiver.ts';
import { annotationsOf } from './words.ts';

const MAX_SUMMARY = 1_024;
const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;
type Severity = (typeof SEVERITIES)[number];
const DEFAULT_SEVERITY: Severity = 'error';

export interface PagerDutyOptions {
  readonly url: string;
  /** Of an integration of the Events API v2. */
  readonly routingKey: string;
  readonly timeoutMs: number;
}

export class PagerDuty implements Receiver {
  readonly #options: PagerDutyOptions;

  constructor(options: PagerDutyOptions) {
    this.#options = options;
  }

  send(notice: Notice, signal: AbortSignal): Promise<Outcome> {
    const { url, routingKey, timeoutMs } = this.#options;
    return post({ url, body: JSON.stringify(pagerDutyEvent(notice, routingKey)), timeoutMs, signal });
  }
}

/** As the Events API v2 takes it. */
export function pagerDutyEvent({ alert, status }: Notice, routingKey: string): object {
  const key = { routing_key: routingKey, dedup_key: `heapwatch ${alert.fingerprint}` };
  if (status === 'resolved') return { ...key, event_action: 'resolve' };
  const { target, isolate, rule, kind, gauge, labels, startsAt } = alert;
  const annotations = annotationsOf(alert);
  const summary = `${rule} in ${labels.group ?? target}: ${annotations.summary ?? alert.reason}`;
  return {
    ...key,
    event_action: 'trigger',
    client: 'heapwatch',
    payload: {
      summary: summary.length > MAX_SUMMARY ? `${summary.slice(0, MAX_SUMMARY - 1)}…` : summary,
      source: target,
      severity: severityOf(alert),
      timestamp: startsAt,
      component: isolate,
      group: labels.group ?? target,
      class: kind ?? gauge ?? rule,
      custom_details: { ...annotations, labels },
    },
  };
}

/** A label `severity` that PagerDuty knows. */
function severityOf({ labels }: Alert): Severity {
  return SEVERITIES.find((severity) => severity === labels.severity) ?? DEFAULT_SEVERITY;
}
