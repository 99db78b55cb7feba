/**
 * A profile for Pyroscope, or what takes its ingest API (Grafana Alloy, Grafana Cloud):
 *
 *     POST {server}/ingest?name=api{isolate=main}&from=…&until=…&format=pprof     multipart: profile, sample_type_config
 */
import { randomUUID } from 'node:crypto';
import { EgressError, exchange } from './exchange.ts';

export interface PyroscopeProfile {
  /** `http://127.0.0.1:4040`, without `/ingest`. */
  readonly server: string;
  /** Of the application. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** In pprof's format, with the sample types `objects` and `space`. */
  readonly pprof: Uint8Array;
  /** A secret: sent as a bearer. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
}

/** What the two figures of a sample are: neither adds up from one profile to the next. */
const SAMPLE_TYPES = {
  objects: { units: 'objects', aggregation: 'average', 'display-name': 'inuse_objects' },
  space: { units: 'bytes', aggregation: 'average', 'display-name': 'inuse_space' },
} as const;

/** @throws EgressError that names the server, and not the token */
export async function sendToPyroscope({ pprof, token, signal, ...about }: PyroscopeProfile): Promise<void> {
  const boundary = `heapwatch-${randomUUID()}`;
  const config = Buffer.from(JSON.stringify(SAMPLE_TYPES));
  const body = Buffer.concat([
    ...part(boundary, 'profile', 'application/octet-stream', pprof),
    ...part(boundary, 'sample_type_config', 'application/json', config),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
  const headers = {
    'Content-Type': `multipart/form-data; boundary=${boundary}`,
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
  };
  const server = about.server.replace(/\/+$/, '');
  try {
    const { status } = await exchange({ method: 'POST', url: urlOf(server, about), headers, body, signal });
    if (status >= 300) throw new EgressError(`it answered ${status}`, status >= 500);
  } catch (cause) {
    if (!(cause instanceof EgressError)) throw cause;
    throw new EgressError(`Cannot send the profile to ${server}: ${cause.message}`, cause.mayPass, { cause });
  }
}

function urlOf(server: string, { name, labels, fromMs, untilMs }: Omit<PyroscopeProfile, 'pprof'>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${word(label)}=${word(value)}`);
  const query = new URLSearchParams({
    name: `${word(name)}{${pairs.join(',')}}`,
    from: String(Math.floor(fromMs / 1_000)),
    // a span of no seconds is none
    until: String(Math.max(Math.ceil(untilMs / 1_000), Math.floor(fromMs / 1_000) + 1)),
    format: 'pprof',
    spyName: 'heapwatch',
  });
  return `${server}/ingest?${query}`;
}

/** Without what has a meaning in a name with labels. */
function word(text: string): string {
  return text.replaceAll(/[{}=,"\s\p{C}]/gu, '_');
}

function part(boundary: string, name: string, type: string, content: Uint8Array): Uint8Array[] {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`;
  return [Buffer.from(head), content, Buffer.from('\r\n')];
}
