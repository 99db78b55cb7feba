/**
 * Alertmanager itself, by `POST /api/v2/alerts`. It takes an alert to be over when its end has come: what fires is sent again
 * before that, as Prometheus does, and ends by itself if the collector does.
 */
import type { Notice } from './notice.ts';
import { post } from './post.ts';
import type { Outcome, Receiver } from './receiver.ts';
import { annotationsOf } from './words.ts';

const REPEAT_MS = 60_000;
/** So many repetitions may be lost. */
const MISSED = 4;

export interface AlertmanagerOptions {
  readonly url: string;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** Certificates (PEM) that its own may be signed by. */
  readonly ca?: string;
  readonly timeoutMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class Alertmanager implements Receiver {
  readonly repeatMs = REPEAT_MS;
  readonly #options: AlertmanagerOptions;

  constructor(options: AlertmanagerOptions) {
    this.#options = options;
  }

  send({ alert, status }: Notice, signal: AbortSignal): Promise<Outcome> {
    const { url, authorization, ca, timeoutMs, now } = this.#options;
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const ends = new Date(now() + MISSED * REPEAT_MS).toISOString();
    const { startsAt, endsAt = new Date(now()).toISOString() } = alert;
    const posted = {
      labels: labelsOf(alert.labels),
      annotations: labelsOf(annotationsOf(alert)),
      startsAt,
      endsAt: status === 'firing' ? ends : endsAt,
    };
    return post({
      url: `${url.replace(/\/+$/, '')}/api/v2/alerts`,
      body: JSON.stringify([posted]),
      headers,
      timeoutMs,
      signal,
      ...(ca !== undefined && { ca }),
    });
  }
}

/** What Alertmanager takes: names of letters, digits and `_`, and no empty values. */
function labelsOf(labels: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(labels).filter(([, value]) => value !== '');
  return Object.fromEntries(
    entries.map(([name, value]) => [name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_'), value]),
  );
}
